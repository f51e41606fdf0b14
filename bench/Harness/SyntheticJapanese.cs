using System.Text;

namespace PlamoNative.Bench;

/// <summary>
/// Text with the habits of Japanese prose, made from nothing: content words of one or two ideographs drawn by rank (few often, many seldom), particles and
/// verb endings in hiragana, some katakana words, numbers and punctuation. For clones that have no corpus beside them.
/// </summary>
internal static class SyntheticJapanese
{
    private const string Particles = "はがをにのでともへやかも";
    private static readonly string[] Endings = ["た。", "である。", "ている。", "ない。", "だろう。", "のだ、", "ので、", "って、", "ました。", "」と言った。"];

    /// <summary>A text of at least the wanted length.</summary>
    /// <param name="length">UTF-16 units.</param>
    /// <param name="seed">Fixes the text.</param>
    public static string Create(int length, int seed = 1)
    {
        var random = new Random(seed);
        var words = new string[6000];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = i % 7 == 6 ? Run(random, 'ァ', 80, 2 + random.Next(4)) : Run(random, '一', 2500, 1 + random.Next(2));
        }

        var text = new StringBuilder(length + 100);
        while (text.Length < length)
        {
            for (var word = 1 + random.Next(6); word > 0; word--)
            {
                text.Append(words[(int)(words.Length * Math.Pow(random.NextDouble(), 3))]).Append(Particles[random.Next(Particles.Length)]);
            }

            if (random.Next(12) == 0)
            {
                text.Append(random.Next(2000));
            }

            text.Append(words[random.Next(300)]).Append(Endings[random.Next(Endings.Length)]);
            if (random.Next(5) == 0)
            {
                text.Append('\n').Append('\u3000');
            }
        }

        return text.ToString();
    }

    private static string Run(Random random, char first, int count, int length) =>
        string.Concat(Enumerable.Range(0, length).Select(_ => (char)(first + random.Next(count))));
}
