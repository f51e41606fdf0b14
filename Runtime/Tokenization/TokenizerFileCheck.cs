using System.Globalization;
using System.Text;
using PlamoNative.Engine;

namespace PlamoNative.Runtime.Tokenization;

/// <summary>The rules that every vocabulary keeps, wherever its rows came from.</summary>
internal static class TokenizerFileCheck
{
    /// <summary>Larger magnitudes would let the sum of a long text's costs leave 64 bits.</summary>
    internal const double LargestScore = 100_000;

    /// <summary>UTF-16 units of all pieces together, which is what the automaton's memory follows (about 90 bytes each); a vocabulary of 100 000 has half a million.</summary>
    internal const int LargestText = 1 << 22;

    internal static (Dictionary<string, int> Ids, int[] ByteIds, int UnknownId) Check(
        string source, string rowName, int firstRow, string[] texts, double[] scores, TokenType[] types)
    {
        var ids = new Dictionary<string, int>(texts.Length, StringComparer.Ordinal);
        var byteIds = new int[256];
        var unknown = -1;
        var textLength = 0L;
        for (var id = 0; id < texts.Length; id++)
        {
            ModelFormatException Bad(string what, string expected, string found) =>
                new(source, string.Create(CultureInfo.InvariantCulture, $"{rowName} {id + firstRow}: {what}"), expected, found);

            var text = texts[id];
            if (string.IsNullOrEmpty(text))
            {
                throw Bad("text", "at least one character", "an empty string");
            }

            if (Surrogates.IndexOfLone(text) is >= 0 and var lone)
            {
                throw Bad("text", "well-formed Unicode", $"a lone surrogate U+{(int)text[lone]:X4}");
            }

            textLength += text.Length;
            if (textLength > LargestText)
            {
                throw Bad("text", $"at most {LargestText} characters in all rows together", "more");
            }

            if (!ids.TryAdd(text, id))
            {
                throw Bad("text", "a text that no other row has", $"'{text}', which is also id {ids[text]}");
            }

            if (!double.IsFinite(scores[id]) || Math.Abs(scores[id]) > LargestScore)
            {
                throw Bad("score", $"a finite number of magnitude at most {LargestScore:F0}", scores[id].ToString("R", CultureInfo.InvariantCulture));
            }

            switch (types[id])
            {
                case TokenType.Byte:
                    var value = ByteOf(text) ?? throw Bad("text", "<0xNN> for a byte token", $"'{text}'");
                    if (id == 0)
                    {
                        throw Bad("id", "a byte token with an id above 0", $"'{text}' with id 0");
                    }

                    if (byteIds[value] != 0)
                    {
                        throw Bad("text", "each byte once", $"'{text}', which is also id {byteIds[value]}");
                    }

                    byteIds[value] = id;
                    break;
                case TokenType.Unknown when unknown < 0:
                    unknown = id;
                    break;
                case TokenType.Normal or TokenType.Control or TokenType.Unused or TokenType.Unknown:
                    break;
                default:
                    throw Bad("type", "1 (normal), 2 (unknown), 3 (control), 5 (unused) or 6 (byte)", ((int)types[id]).ToString(CultureInfo.InvariantCulture));
            }
        }

        var missing = Array.IndexOf(byteIds, 0);
        if (missing >= 0)
        {
            throw new ModelFormatException(source, "byte tokens", "all 256 of <0x00> to <0xFF>", $"no <0x{missing:X2}> in {texts.Length} rows");
        }

        if (unknown < 0)
        {
            throw new ModelFormatException(source, "unknown token", "a row of type UNKNOWN", $"none in {texts.Length} rows");
        }

        return (ids, byteIds, unknown);
    }

    /// <summary>The byte that <c>&lt;0xNN&gt;</c> names, or null for any other text.</summary>
    internal static int? ByteOf(string text) =>
        text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal) && text[5] == '>'
            && byte.TryParse(text.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    /// <summary>Texts of this form are control tokens whatever type their row has, as in other engines.</summary>
    internal static bool HasControlForm(string text) =>
        text.StartsWith("<|plamo:", StringComparison.Ordinal) && text.EndsWith("|>", StringComparison.Ordinal);

    /// <summary>A string whose bytes JSON or a person may quote: malformed parts replaced.</summary>
    internal static string Quote(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, 80)]);
}
