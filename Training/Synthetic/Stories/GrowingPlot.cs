namespace PlamoNative.Training.Synthetic;

/// <summary>A child sows seeds, waters them, and with some help flowers come.</summary>
internal static class GrowingPlot
{
    /// <summary>A flower, when it is sown and when it blooms, and in which colors (places in <see cref="Things.Colors"/> by their noun).</summary>
    private sealed record Flower(string Name, int Sown, int Blooms, string[] Colors);

    private static readonly Flower[] Flowers =
    [
        new("ひまわり", 4, 8, ["黄色い"]), new("あさがお", 5, 7, ["青い", "紫の", "ピンクの", "白い"]), new("コスモス", 6, 9, ["ピンクの", "白い", "赤い"]),
        new("ほうせんか", 4, 7, ["赤い", "ピンクの", "白い"]), new("百日草", 4, 7, ["赤い", "ピンクの", "黄色い"]), new("パンジー", 8, 11, ["紫の", "黄色い", "白い"]),
        new("マリーゴールド", 4, 6, ["黄色い"]),
    ];

    private static readonly (string Happens, Verb Help)[] Troubles =
    [
        ("強い風で茎が曲がってしまった", Verb.Ichidan("棒を立ててくれる")), ("葉が虫に食べられてしまった", Verb.Ichidan("虫を取ってくれる")),
        ("暑さで葉がしおれてしまった", Verb.Ichidan("日よけを作ってくれる")), ("まわりに草がたくさんのびてしまった", Verb.Ichidan("草を抜いてくれる")),
    ];

    internal static void Tell(Story story)
    {
        var (draws, voice) = (story.Draws, story.Voice);
        var person = draws.Pick<Person>(People.Children);
        var name = person.Name;
        var flower = draws.Pick<Flower>(Flowers);
        var colorName = draws.Pick<string>(flower.Colors);
        var color = Array.Find(Things.Colors, c => c.Adjective == colorName)!;
        var helper = draws.Pick<string>(People.Family);
        var days = $"{draws.Between(5, 14)}日";
        var place = draws.Pick("庭のすみ", "学校の花だん", "ベランダの植木ばち", "家の前の花だん", "おばあさんの畑");
        var count = draws.Pick("二つ", "三つ", "四つ", "五つ", "六つ", "七つ");
        var (happens, help) = draws.Pick<(string, Verb)>(Troubles);

        story.Say($"{flower.Sown}月{draws.Between(1, 30)}日、{name}は{place}に{flower.Name}の種を{voice.Godan("まく")}");
        story.Say($"{person.Pronoun}は{draws.Pick("毎朝", "毎日", "学校へ行く前に", "夕方になると")}、{draws.Pick("忘れずに", "ていねいに", "大きなじょうろで", "歌を歌いながら")}水を{voice.Godan("やる")}");
        story.Say($"{days}たつと、{draws.Pick("小さな芽", "緑の芽", "かわいい芽")}が{voice.Ichidan("出る")}");
        if (draws.Chance(70))
        {
            story.Say($"ところが、{happens}ので、{name}は{voice.Suru(draws.Pick("心配する", "がっかりする"))}");
            story.Say($"そこで{helper}が{voice.Past(help)}");
            story.Ask($"{name}を助けてくれたのはだれでした", helper);
            story.Ask($"なぜ{name}は困っていました", happens, "からです");
        }

        story.Say($"{flower.Blooms}月になると、{color.Adjective}花が{count}{voice.Godan("さく")}");
        story.Say(draws.Pick(
            $"{name}は花の絵をかいて、かべに{voice.Godan("はる")}",
            $"{name}は一本を{draws.Pick("先生", "となりのおばさん", "友だち")}に{voice.Ichidan("あげる")}",
            $"「毎日水をやってよかった」と{name}は{voice.Godan("思う")}",
            $"花には、すぐに小さなみつばちが{voice.Kuru("やってくる")}"));

        story.Ask($"{name}は何の種をまきました", flower.Name);
        story.Ask("花は何色でした", color.Noun);
        story.Ask("花はいくつさきました", count);
        story.Ask("芽が出るまでに何日かかりました", days);
        story.Ask("種はどこにまきました", place);
    }
}
