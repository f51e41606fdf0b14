using System.Text;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Runtime.Tests.Tokenization;

/// <summary>Small vocabularies and texts made from seeds.</summary>
internal static class Vocabularies
{
    private static readonly string[] Alphabet =
        ["a", "b", "a", "b", "c", " ", "\n", "\t", "\0", "\u001F", "猫", "は", "。", "é", "e\u0301", "\u200D", "\uFEFF", "🍣", "👩", "𠮷", "\U0010FFFF", "0", "7", "<", "|", ">"];

    internal static string RandomText(Random random, int length, int symbols)
    {
        var text = new StringBuilder();
        for (var i = 0; i < length; i++)
        {
            text.Append(Alphabet[random.Next(symbols)]);
        }

        return text.ToString();
    }

    /// <summary>Pieces over a small alphabet with few distinct scores, so that ties are common; some symbols stay unknown.</summary>
    internal static TokenizerFile Random(int seed, int pieceCount)
    {
        var random = new Random(seed);
        var symbols = random.Next(2, Alphabet.Length + 1);
        var pieces = new HashSet<string>();
        for (var i = 0; i < pieceCount; i++)
        {
            pieces.Add(RandomText(random, random.Next(1, 9), symbols));
        }

        double[] extremes = [0, 0.5, -999.9999, -1000, -1000.0001, -1999.9999, -2000, -2500];
        var scores = pieces.Select(_ => random.Next(10) == 0 ? extremes[random.Next(extremes.Length)] : -random.Next(1, 5)).ToArray();
        return ByteLevelVocabulary.Create([.. pieces], scores);
    }

    internal static TokenizerFile With(params string[] pieces) => ByteLevelVocabulary.Create(pieces, [.. pieces.Select((_, index) => -1.0 - (index / 8.0))]);
}
