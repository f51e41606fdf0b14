namespace PlamoNative.Training.Synthetic;

/// <summary>A dish and how it is made.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Ingredients">What goes into it.</param>
/// <param name="Prepare">What is done with the ingredients first, in the te form.</param>
/// <param name="Finish">What is done then.</param>
internal sealed record Dish(string Name, string[] Ingredients, string Prepare, Verb Finish);

/// <summary>What is eaten.</summary>
internal static class Foods
{
    internal static readonly Dish[] Dishes =
    [
        new("カレー", ["じゃがいも", "にんじん", "玉ねぎ", "とり肉", "なす"], "切って", Verb.Ichidan("なべでゆっくり煮る")),
        new("サラダ", ["トマト", "きゅうり", "レタス", "ゆで卵", "とうもろこし"], "切って", Verb.Godan("大きな皿にもる")),
        new("みそ汁", ["とうふ", "わかめ", "大根", "ねぎ", "あぶらあげ"], "切って", Verb.Ichidan("なべに入れる")),
        new("ホットケーキ", ["小麦粉", "卵", "牛乳", "砂糖"], "まぜて", Verb.Godan("フライパンで焼く")),
        new("クッキー", ["小麦粉", "バター", "砂糖", "卵"], "まぜて", Verb.Godan("オーブンで焼く")),
        new("焼きそば", ["キャベツ", "にんじん", "ぶた肉", "もやし", "玉ねぎ"], "切って", Verb.Ichidan("めんといっしょにいためる")),
        new("シチュー", ["じゃがいも", "にんじん", "とり肉", "ブロッコリー", "きのこ"], "切って", Verb.Ichidan("牛乳といっしょに煮る")),
        new("ちらしずし", ["卵", "きゅうり", "えび", "さけ", "れんこん"], "細かく切って", Verb.Ichidan("ご飯にのせる")),
    ];

    /// <summary>Meals one takes along.</summary>
    internal static readonly string[] Lunches = ["おにぎり", "サンドイッチ", "お弁当", "焼きたてのパン", "のり巻き", "いなりずし"];

    /// <summary>Sweets and drinks at home.</summary>
    internal static readonly string[] Snacks = ["ホットケーキ", "プリン", "あたたかいココア", "焼きいも", "りんごのパイ", "クッキー", "おしるこ", "ドーナツ"];

    /// <summary>What animals of a tale like.</summary>
    internal static readonly string[] Fruits = ["赤いりんご", "あまいかき", "大きなくり", "じゅくした桃", "山ぶどう", "黄色い梨", "金色のはちみつ", "大きなさつまいも"];
}
