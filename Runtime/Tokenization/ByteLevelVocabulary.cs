using System.Globalization;

namespace PlamoNative.Runtime.Tokenization;

/// <summary>The rows that every PLaMo vocabulary starts with; alone they are the smallest tokenizer that can encode any text.</summary>
public static class ByteLevelVocabulary
{
    /// <summary>The control tokens in front: ids 0 to 6.</summary>
    internal const int ControlCount = 7;

    /// <summary>Control tokens and the 256 byte tokens.</summary>
    public const int Count = ControlCount + 256;

    private static readonly string[] NamedControlTokens =
        ["<|plamo:unk|>", "<|plamo:bos|>", "<|plamo:eos|>", "<|plamo:pad|>", "<|plamo:op|>"];

    /// <summary>A vocabulary of control tokens (0 to 6) and byte tokens (7 to 262) only.</summary>
    public static TokenizerFile Create() => Create([], []);

    /// <summary>The same rows with pieces behind them.</summary>
    internal static TokenizerFile Create(IReadOnlyList<string> pieces, IReadOnlyList<double> pieceScores)
    {
        var count = Count + pieces.Count;
        var texts = new List<string>(count);
        var types = new List<TokenType>(count);
        for (var id = 0; id < ControlCount; id++)
        {
            texts.Add(id < NamedControlTokens.Length ? NamedControlTokens[id] : string.Create(CultureInfo.InvariantCulture, $"<|plamo:reserved:0x{id:X2}|>"));
            types.Add(id == 0 ? TokenType.Unknown : TokenType.Control);
        }

        for (var value = 0; value < 256; value++)
        {
            texts.Add(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"));
            types.Add(TokenType.Byte);
        }

        texts.AddRange(pieces);
        types.AddRange(Enumerable.Repeat(TokenType.Normal, pieces.Count));
        return TokenizerFile.Create(TokenizerFile.FileName, texts, [.. Enumerable.Repeat(0.0, Count), .. pieceScores], types);
    }
}
