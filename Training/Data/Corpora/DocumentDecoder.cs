using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using PlamoNative.Engine;

namespace PlamoNative.Training.Data;

/// <summary>
/// Turns the bytes of a document into text: a text alone, or a prompt and what follows it. One instance a thread; its buffer is used again.
/// </summary>
internal sealed class DocumentDecoder(CorpusOptions corpus)
{
    private char[] _chars = new char[1 << 12];
    private int _promptLength;
    private int _length;

    /// <summary>What is read but not learned; empty unless <see cref="HasPrompt"/>.</summary>
    internal ReadOnlySpan<char> Prompt => _chars.AsSpan(0, _promptLength);

    /// <summary>The text, or what follows the prompt.</summary>
    internal ReadOnlySpan<char> Text => _chars.AsSpan(_promptLength, _length - _promptLength);

    /// <summary>Prompt and text together.</summary>
    internal ReadOnlySpan<char> All => _chars.AsSpan(0, _length);

    /// <summary>True for a prompt with a completion.</summary>
    internal bool HasPrompt { get; private set; }

    /// <summary>Bytes of the text as UTF-8, the prompt left out.</summary>
    internal int TextBytes { get; private set; }

    /// <summary>Decodes a document.</summary>
    /// <exception cref="ModelFormatException">No UTF-8, no JSON object, or one without the fields.</exception>
    internal void Decode(in RawDocument document, ReadOnlyMemory<byte> bytes)
    {
        _promptLength = _length = 0;
        HasPrompt = false;
        if (document.Kind == DocumentKind.Text)
        {
            TextBytes = bytes.Length;
            DecodeUtf8(document, bytes.Span);
        }
        else
        {
            DecodeJson(document, bytes);
        }
    }

    private void DecodeUtf8(in RawDocument document, ReadOnlySpan<byte> bytes)
    {
        if (_chars.Length < bytes.Length)
        {
            _chars = new char[Math.Max(bytes.Length, Math.Min(2 * _chars.Length, Array.MaxLength))];
        }

        if (Utf8.ToUtf16(bytes, _chars, out var read, out _length, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            var line = document.Line + bytes[..read].Count((byte)'\n');
            throw new ModelFormatException(document.File, $"line {line}", "UTF-8 text", $"the byte 0x{bytes[read]:X2} where no character goes on", document.Offset < 0 ? null : document.Offset + read);
        }
    }

    private void DecodeJson(in RawDocument document, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw Error(document, "a JSON object", $"JSON of kind {root.ValueKind}");
            }

            if (root.TryGetProperty(corpus.TextField, out var text))
            {
                Append(document, corpus.TextField, text);
            }
            else if (root.TryGetProperty(corpus.PromptField, out var prompt) && root.TryGetProperty(corpus.CompletionField, out var completion))
            {
                Append(document, corpus.PromptField, prompt);
                _promptLength = _length;
                HasPrompt = true;
                Append(document, corpus.CompletionField, completion);
            }
            else
            {
                var names = root.EnumerateObject().Select(property => $"\"{property.Name}\"");
                throw Error(document, $"\"{corpus.TextField}\", or \"{corpus.PromptField}\" and \"{corpus.CompletionField}\"", $"the fields {string.Join(", ", names)}");
            }
        }
        catch (JsonException failure)
        {
            throw Error(document, "a JSON object", $"what is none after {failure.BytePositionInLine} bytes", failure);
        }
        catch (InvalidOperationException failure)
        {
            throw Error(document, "Unicode text in its strings", "bytes or escapes that are none", failure);
        }

        TextBytes = Encoding.UTF8.GetByteCount(Text);
    }

    private void Append(in RawDocument document, string field, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw Error(document, $"a string as \"{field}\"", $"JSON of kind {value.ValueKind}");
        }

        var text = value.GetString()!;
        if (_chars.Length < _length + text.Length)
        {
            Array.Resize(ref _chars, Math.Max(_length + text.Length, Math.Min(2 * _chars.Length, Array.MaxLength)));
        }

        text.CopyTo(_chars.AsSpan(_length));
        _length += text.Length;
    }

    private static ModelFormatException Error(in RawDocument document, string expected, string found, Exception? inner = null) =>
        new(document.File, $"line {document.Line}", expected, found, document.Offset < 0 ? null : document.Offset, inner);
}
