using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Bench;

/// <summary>A complete vocabulary of any size without training: the byte-level rows, then single characters and pairs of them.</summary>
internal static class SyntheticVocabulary
{
    /// <summary>A tokenizer with this many rows.</summary>
    public static PlamoTokenizer Create(int count)
    {
        var bytes = ByteLevelVocabulary.Create();
        List<string> texts = [.. bytes.Texts];
        List<double> scores = [.. bytes.Scores];
        List<TokenType> types = [.. bytes.Types];
        foreach (var piece in Pieces().Take(count - texts.Count))
        {
            texts.Add(piece);
            scores.Add(-8 - Math.Log(texts.Count));
            types.Add(TokenType.Normal);
        }

        return new PlamoTokenizer(TokenizerFile.Create(TokenizerFile.FileName, texts, scores, types));
    }

    private static IEnumerable<string> Pieces()
    {
        static IEnumerable<char> Range(char first, int letters) => Enumerable.Range(first, letters).Select(static letter => (char)letter);
        char[] singles = [.. Range(' ', 95), .. Range('ぁ', 86), .. Range('ァ', 90), .. Range('一', 3000), '。', '、', '「', '」', '\n'];
        foreach (var single in singles)
        {
            yield return single.ToString();
        }

        char[] seconds = [.. Range('ぁ', 86), .. Range('a', 26), ' '];
        foreach (var first in singles)
        {
            foreach (var second in seconds)
            {
                yield return $"{first}{second}";
            }
        }
    }
}
