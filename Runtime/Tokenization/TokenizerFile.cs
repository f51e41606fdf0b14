using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using PlamoNative.Engine;

namespace PlamoNative.Runtime.Tokenization;

/// <summary>
/// The vocabulary of a PLaMo tokenizer: one row a token, the row's number is the id. It is what <c>tokenizer.jsonl</c> holds, one JSON array
/// <c>[text, score, type, ...]</c> a line, and what a GGUF keeps in its three token lists. An instance is always valid: every text distinct, well-formed and
/// not empty, every score finite, all 256 byte tokens present and none of them id 0, an unknown token present.
/// </summary>
public sealed class TokenizerFile
{
    /// <summary>The file's usual name inside a model folder.</summary>
    public const string FileName = "tokenizer.jsonl";

    private readonly string[] _texts;
    private readonly double[] _scores;
    private readonly TokenType[] _types;
    private readonly Dictionary<string, int> _ids;
    private readonly int[] _byteIds;

    internal TokenizerFile(string source, string rowName, int firstRow, string[] texts, double[] scores, TokenType[] types)
    {
        Source = source;
        _texts = texts;
        _scores = scores;
        _types = types;
        (_ids, _byteIds, UnknownId) = TokenizerFileCheck.Check(source, rowName, firstRow, texts, scores, types);
    }

    /// <summary>The file's name as errors give it.</summary>
    public string Source { get; }

    /// <summary>The number of rows.</summary>
    public int Count => _texts.Length;

    /// <summary>The texts by id; byte tokens read <c>&lt;0xNN&gt;</c>.</summary>
    public IReadOnlyList<string> Texts => _texts;

    /// <summary>The scores by id: natural logarithms of probabilities, as the file has them.</summary>
    public IReadOnlyList<double> Scores => _scores;

    /// <summary>The types by id.</summary>
    public IReadOnlyList<TokenType> Types => _types;

    /// <summary>The id of the first token of type <see cref="TokenType.Unknown"/>.</summary>
    public int UnknownId { get; }

    internal ReadOnlySpan<int> ByteIds => _byteIds;

    /// <summary>The id of the token with exactly this text, or null.</summary>
    public int? IdOf(string text) => _ids.TryGetValue(text, out var id) ? id : null;

    /// <summary>Builds a vocabulary from lists of equal length, as a GGUF supplies them.</summary>
    /// <param name="source">The file's name for errors.</param>
    /// <param name="texts">The texts by id.</param>
    /// <param name="scores">The scores by id.</param>
    /// <param name="types">The types by id.</param>
    /// <exception cref="ModelFormatException">The lists differ in length or hold what a vocabulary must not.</exception>
    public static TokenizerFile Create(string source, IReadOnlyList<string> texts, IReadOnlyList<double> scores, IReadOnlyList<TokenType> types)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(types);
        if (scores.Count != texts.Count || types.Count != texts.Count)
        {
            throw new ModelFormatException(source, "tokens", "as many scores and types as tokens", $"{texts.Count} tokens, {scores.Count} scores, {types.Count} types");
        }

        return new TokenizerFile(source, "token", 0, [.. texts], [.. scores], [.. types]);
    }

    /// <summary>Reads a <c>tokenizer.jsonl</c>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFormatException">The content is not a vocabulary; the message names file, line, expected and found.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TokenizerFile Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        return Read(stream, path);
    }

    /// <summary>Reads a <c>tokenizer.jsonl</c> from where a stream stands to its end; memory follows what the stream holds.</summary>
    /// <param name="stream">UTF-8, one JSON array a line.</param>
    /// <param name="source">The file's name for errors.</param>
    /// <exception cref="ModelFormatException">The content is not a vocabulary; the message names file, line, expected and found.</exception>
    public static TokenizerFile Read(Stream stream, string source)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(source);
        return new TokenizerFileReader(stream, source).Read();
    }

    /// <summary>Writes the vocabulary as <c>tokenizer.jsonl</c>; unused rows at the end (a GGUF's padding) are left out.</summary>
    /// <param name="stream">Where to write; it is neither flushed to disk nor closed.</param>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var rows = Count;
        while (rows > 0 && _types[rows - 1] == TokenType.Unused)
        {
            rows--;
        }

        var block = new ArrayBufferWriter<byte>(1 << 17);
        using var writer = new Utf8JsonWriter(block, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        for (var id = 0; id < rows; id++)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(_texts[id]);
            writer.WriteNumberValue(_scores[id]);
            writer.WriteStringValue(TokenizerFileReader.NameOf(_types[id]));
            writer.WriteEndArray();
            writer.Flush();
            writer.Reset();
            block.Write("\n"u8);
            if (block.WrittenCount >= 1 << 16)
            {
                stream.Write(block.WrittenSpan);
                block.ResetWrittenCount();
            }
        }

        stream.Write(block.WrittenSpan);
    }
}
