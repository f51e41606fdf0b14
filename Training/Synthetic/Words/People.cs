namespace PlamoNative.Training.Synthetic;

/// <summary>A child in a story.</summary>
/// <param name="Name">The name.</param>
/// <param name="Pronoun">The pronoun that goes with it.</param>
internal sealed record Person(string Name, string Pronoun);

/// <summary>Names, families, neighbors.</summary>
internal static class People
{
    private const string She = "彼女";
    private const string He = "彼";

    internal static readonly Person[] Children =
    [
        new("ハナ", She), new("ミキ", She), new("ユイ", She), new("サクラ", She), new("アヤ", She), new("ナナ", She), new("リン", She), new("メイ", She),
        new("コハル", She), new("マリ", She), new("花子", She), new("美咲", She), new("陽子", She), new("千夏", She), new("由美", She), new("春香", She),
        new("ケン", He), new("タロウ", He), new("ハルト", He), new("ソウタ", He), new("レン", He), new("ダイキ", He), new("ユウタ", He), new("リク", He),
        new("健太", He), new("一郎", He), new("次郎", He), new("大輔", He), new("翔太", He), new("直樹", He), new("和也", He), new("正人", He),
    ];

    /// <summary>Those at home.</summary>
    internal static readonly string[] Family = ["お母さん", "お父さん", "おじいさん", "おばあさん", "弟", "妹", "兄", "姉"];

    /// <summary>Those who can cook and buy things.</summary>
    internal static readonly string[] Cooks = ["お母さん", "お父さん", "おじいさん", "おばあさん", "兄", "姉"];

    /// <summary>Those one meets outside.</summary>
    internal static readonly string[] Neighbors = ["先生", "友だち", "となりのおばさん", "パン屋のおじさん", "郵便屋さん", "図書館の人", "おまわりさん"];
}
