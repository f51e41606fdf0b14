using System.Globalization;
using System.Text.Json;
using PlamoNative.Engine;

namespace PlamoNative.Runtime.Tokenization;

/// <summary>Reads <c>tokenizer.jsonl</c> a line at a time. Nothing is allocated by what the file says about itself, only by what it holds.</summary>
internal sealed class TokenizerFileReader(Stream stream, string source)
{
    /// <summary>The longest line and the largest file that are read: far above the largest published vocabulary (11 MB).</summary>
    private const int LongestLine = 1 << 20;
    private const long LargestFile = 1L << 28;

    private readonly List<string> _texts = [];
    private readonly List<double> _scores = [];
    private readonly List<TokenType> _types = [];
    private byte[] _buffer = new byte[1 << 16];
    private int _lineNumber;

    internal static string NameOf(TokenType type) => type switch
    {
        TokenType.Byte => "BYTE",
        TokenType.Control => "CONTROL",
        TokenType.Unknown => "UNKNOWN",
        TokenType.Unused => "UNUSED",
        _ => "NORMAL",
    };

    internal TokenizerFile Read()
    {
        var start = 0;
        var end = 0;
        var total = 0L;
        int? blankLine = null;
        if (stream.CanSeek && stream.Length - stream.Position > LargestFile)
        {
            throw TooLarge();
        }

        while (true)
        {
            if (end == _buffer.Length)
            {
                MakeRoom(ref start, ref end);
            }

            var read = stream.Read(_buffer, end, _buffer.Length - end);
            total += read;
            if (total > LargestFile)
            {
                throw TooLarge();
            }

            var scanned = end;
            end += read;
            while (_buffer.AsSpan(scanned, end - scanned).IndexOf((byte)'\n') is >= 0 and var newline)
            {
                TakeLine(_buffer.AsSpan(start, scanned + newline - start), ref blankLine);
                start = scanned += newline + 1;
            }

            if (read == 0)
            {
                break;
            }
        }

        if (end > start)
        {
            TakeLine(_buffer.AsSpan(start, end - start), ref blankLine);
        }

        return new TokenizerFile(source, "line", 1, [.. _texts], [.. _scores], [.. _types]);
    }

    private void MakeRoom(ref int start, ref int end)
    {
        if (start == 0 && end >= LongestLine)
        {
            throw Bad(_lineNumber + 1, "length", $"at most {LongestLine} bytes a line", "more");
        }

        var target = start == 0 ? new byte[_buffer.Length * 2] : _buffer;
        Buffer.BlockCopy(_buffer, start, target, 0, end - start);
        _buffer = target;
        end -= start;
        start = 0;
    }

    private void TakeLine(ReadOnlySpan<byte> line, ref int? blankLine)
    {
        _lineNumber++;
        if (line.Trim(" \t\r"u8).IsEmpty)
        {
            blankLine ??= _lineNumber;
            return;
        }

        // Blank lines at the end do no harm; one in between would shift every id behind it.
        if (blankLine is { } blank)
        {
            throw Bad(blank, "row", "a JSON array [text, score, type]", "a blank line");
        }

        try
        {
            ParseLine(line);
        }
        catch (JsonException exception)
        {
            throw Bad(_lineNumber, "row", "a JSON array [text, score, type]", $"'{TokenizerFileCheck.Quote(line)}'", exception);
        }
        catch (InvalidOperationException exception)
        {
            // The reader's answer to strings that are not Unicode: raw bytes that are not UTF-8, or an escaped lone surrogate.
            throw Bad(_lineNumber, "text", "well-formed Unicode", $"'{TokenizerFileCheck.Quote(line)}'", exception);
        }
    }

    private void ParseLine(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartArray, "row", "a JSON array [text, score, type]", line);
        Expect(reader.Read() && reader.TokenType == JsonTokenType.String, "text", "a string as first element", line);
        var text = reader.GetString()!;
        Expect(reader.Read() && reader.TokenType == JsonTokenType.Number, "score", "a number as second element", line);
        Expect(reader.TryGetDouble(out var score), "score", "a number as second element", line);
        Expect(reader.Read() && reader.TokenType == JsonTokenType.String, "type", "a string as third element", line);
        TokenType? type = reader switch
        {
            _ when reader.ValueTextEquals("NORMAL"u8) => TokenType.Normal,
            _ when reader.ValueTextEquals("BYTE"u8) => TokenType.Byte,
            _ when reader.ValueTextEquals("CONTROL"u8) => TokenType.Control,
            _ when reader.ValueTextEquals("UNKNOWN"u8) => TokenType.Unknown,
            _ when reader.ValueTextEquals("UNUSED"u8) => TokenType.Unused,
            _ => null,
        };
        Expect(type is not null, "type", "NORMAL, BYTE, CONTROL or UNKNOWN", line);

        // Further elements are allowed and ignored, but the line must be whole and hold nothing after the array.
        while (reader.Read())
        {
        }

        _texts.Add(text);
        _scores.Add(score);
        _types.Add(type.GetValueOrDefault());
    }

    private void Expect(bool holds, string what, string expected, ReadOnlySpan<byte> line)
    {
        if (!holds)
        {
            throw Bad(_lineNumber, what, expected, $"'{TokenizerFileCheck.Quote(line)}'");
        }
    }

    private ModelFormatException TooLarge() => new(source, "size", $"at most {LargestFile} bytes", "more");

    private ModelFormatException Bad(int line, string what, string expected, string found, Exception? inner = null) =>
        new(source, string.Create(CultureInfo.InvariantCulture, $"line {line}: {what}"), expected, found, innerException: inner);
}
