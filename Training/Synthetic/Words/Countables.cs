namespace PlamoNative.Training.Synthetic;

/// <summary>Something to count.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Counter">The word it is counted with.</param>
/// <param name="LowPrice">The lowest price of one, in yen, a multiple of ten.</param>
/// <param name="HighPrice">The highest.</param>
internal sealed record Countable(string Name, string Counter, int LowPrice, int HighPrice);

/// <summary>Things to count, give away, share and buy.</summary>
internal static class Countables
{
    internal static readonly Countable[] All =
    [
        new("りんご", "個", 80, 200), new("みかん", "個", 30, 80), new("卵", "個", 20, 40), new("あめ", "個", 10, 30), new("クッキー", "枚", 20, 80),
        new("えんぴつ", "本", 40, 120), new("花", "本", 90, 300), new("ノート", "冊", 90, 200), new("絵本", "冊", 500, 1500), new("切手", "枚", 50, 120),
        new("カード", "枚", 20, 100), new("折り紙", "枚", 10, 20), new("風船", "個", 30, 90), new("ビー玉", "個", 10, 50), new("パン", "個", 90, 250),
        new("おにぎり", "個", 90, 180), new("いちご", "個", 30, 90), new("色えんぴつ", "本", 50, 150), new("シール", "枚", 20, 100), new("ドーナツ", "個", 90, 190),
    ];

    /// <summary>What children collect.</summary>
    internal static readonly Countable[] Collected = [.. All.Where(t => t.Name is "切手" or "カード" or "ビー玉" or "シール" or "折り紙" or "色えんぴつ")];

    /// <summary>What can be eaten.</summary>
    internal static readonly Countable[] Foods = [.. All.Where(t => t.Name is "りんご" or "みかん" or "あめ" or "クッキー" or "パン" or "おにぎり" or "いちご" or "ドーナツ")];
}
