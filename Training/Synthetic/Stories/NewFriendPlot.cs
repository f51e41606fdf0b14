namespace PlamoNative.Training.Synthetic;

/// <summary>A new child comes to the class and finds a friend.</summary>
internal static class NewFriendPlot
{
    private static readonly string[] Homes = ["北海道", "青森", "仙台", "東京", "横浜", "長野", "金沢", "名古屋", "京都", "大阪", "神戸", "広島", "高知", "福岡", "長崎", "沖縄"];

    private static readonly string[] Talents = ["歌", "水泳", "けん玉", "将棋", "ピアノ", "料理", "絵", "手品", "なわとび", "習字", "折り紙", "サッカー", "早口言葉"];

    private static readonly string[] Pets = ["犬", "猫", "うさぎ", "金魚", "かめ", "文鳥", "ハムスター", "かぶと虫"];

    internal static void Tell(Story story)
    {
        var (draws, voice) = (story.Draws, story.Voice);
        var (old, newcomer) = draws.PickTwo<Person>(People.Children);
        var (home, talent, pet) = (draws.Pick<string>(Homes), draws.Pick<string>(Talents), draws.Pick<string>(Pets));
        var month = draws.Pick("四月", "九月", "一月", "五月", "十月");
        var isShy = draws.Chance(50);

        story.Say($"{month}に、{old.Name}のクラスに{newcomer.Name}という子が{home}から{voice.Kuru("引っ越してくる")}");
        story.Say(isShy
            ? $"{newcomer.Pronoun}は初めての教室で{voice.Doing("きんちょうして")}"
            : $"{newcomer.Pronoun}は大きな声で元気に{voice.Suru("あいさつする")}");
        story.Say($"休み時間に{old.Name}が話しかけると、{newcomer.Name}は{talent}がとくいだと{voice.Ichidan(draws.Pick("教えてくれる", "答える"))}");
        if (draws.Chance(70))
        {
            story.Say($"{newcomer.Name}の家には{pet}が{voice.Ichidan("いる")}");
            story.Say($"{old.Name}も{pet}が好きだったので、二人の話は長く{voice.Godan("続く")}");
            story.Ask($"{newcomer.Name}の家には何がいました", pet);
            story.Ask("なぜ二人の話は長く続きました", $"{old.Name}も{pet}が好きだった", "からです");
        }

        var day = draws.Pick("月曜日", "火曜日", "水曜日", "木曜日", "金曜日", "土曜日", "日曜日");
        story.Say($"次の{day}、二人は{draws.Pick("図書館", "公園", "川の土手", "駅前の広場", "神社", $"{old.Name}の家")}で{draws.Pick("夕方まで", "二時間も", "お昼まで")}{voice.Godan("遊ぶ")}");
        story.Say(draws.Pick(
            $"{old.Name}は{newcomer.Name}に{talent}を少し{voice.Godan("教えてもらう")}",
            $"帰るとき、二人は「また明日」と手を{voice.Godan("ふる")}",
            $"{newcomer.Name}は「この町に来てよかった」と{voice.Godan("言う")}"));

        story.Ask($"{newcomer.Name}はどこから引っ越してきました", home);
        story.Ask($"{newcomer.Name}がとくいなことは何でした", talent);
        story.Ask($"{newcomer.Name}が引っ越してきたのは何月でした", month);
        story.Ask("二人は次の何曜日に遊びました", day);
    }
}
