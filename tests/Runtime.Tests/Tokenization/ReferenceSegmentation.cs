using System.Text;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Runtime.Tests.Tokenization;

/// <summary>
/// The segmentation written from its formula, for the reader: best[i] = min over every piece that matches at i, and over the unknown path, of price + best[end].
/// The longest match is tried first and only a strictly smaller sum replaces. Quadratic in the longest piece; no automaton.
/// </summary>
internal static class ReferenceSegmentation
{
    private const long Unknown = 10_000_000;
    private const long Invalid = 20_000_000;

    internal static List<int> Encode(TokenizerFile file, string text)
    {
        var pieces = new Dictionary<string, int>();
        var bytes = new int[256];
        for (var id = 0; id < file.Count; id++)
        {
            if (file.Types[id] == TokenType.Normal && !(file.Texts[id].StartsWith("<|plamo:") && file.Texts[id].EndsWith("|>")))
            {
                pieces.Add(file.Texts[id], id);
            }
            else if (file.Types[id] == TokenType.Byte)
            {
                bytes[Convert.ToByte(file.Texts[id].Substring(3, 2), 16)] = id;
            }
        }

        var runes = text.EnumerateRunes().ToArray();
        var longest = pieces.Keys.Select(piece => piece.EnumerateRunes().Count()).DefaultIfEmpty(0).Max();
        var best = new long[runes.Length + 1];
        var choice = new (int Length, int Id)[runes.Length];
        for (var start = runes.Length - 1; start >= 0; start--)
        {
            best[start] = long.MaxValue;
            for (var length = Math.Min(longest, runes.Length - start); length > 0; length--)
            {
                var candidate = string.Concat(runes.Skip(start).Take(length));
                if (pieces.TryGetValue(candidate, out var id))
                {
                    var price = -(long)Math.Round(file.Scores[id] * 1e4, MidpointRounding.ToEven);
                    if (price < Invalid && price + best[start + length] < best[start])
                    {
                        best[start] = price + best[start + length];
                        choice[start] = (length, id);
                    }
                }
            }

            if (Unknown + best[start + 1] < best[start])
            {
                best[start] = Unknown + best[start + 1];
                choice[start] = (1, -1);
            }
        }

        var ids = new List<int>();
        for (var start = 0; start < runes.Length; start += choice[start].Length)
        {
            if (choice[start].Id >= 0)
            {
                ids.Add(choice[start].Id);
            }
            else
            {
                ids.AddRange(Encoding.UTF8.GetBytes(runes[start].ToString()).Select(value => bytes[value]));
            }
        }

        return ids;
    }
}
