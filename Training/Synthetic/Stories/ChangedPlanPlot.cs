namespace PlamoNative.Training.Synthetic;

/// <summary>The weather spoils a plan; something else comes of it.</summary>
internal static class ChangedPlanPlot
{
    private sealed record Weather(string Past, string Clears);

    private static readonly Weather[] Weathers =
    [
        new("雨が降った", "雨がやんで、空ににじが"), new("雪がたくさん降った", "雪がやんで、白い屋根の上に月が"), new("風がとても強かった", "風がおさまって、星が"),
        new("雷が鳴った", "雲が切れて、青い空が"), new("霧が深かった", "霧が晴れて、遠くの山が"),
    ];

    private static readonly Verb[] Indoors =
    [
        Verb.Godan("絵本を読む"), Verb.Suru("トランプをする"), Verb.Godan("折り紙で鶴を折る"), Verb.Suru("すごろくをする"), Verb.Godan("紙で船を作る"), Verb.Godan("ピアノをひく"),
        Verb.Godan("絵をかく"), Verb.Suru("かくれんぼをする"), Verb.Ichidan("映画を見る"), Verb.Suru("パズルをする"),
    ];

    private static readonly Verb[] Disappointments =
        [Verb.Godan("窓の外を見て、ため息をつく"), Verb.Godan("がっかりして、ふとんにもぐりこむ"), Verb.Ichidan("カレンダーをじっと見つめる"), Verb.Godan("少しだけ泣く")];

    internal static void Tell(Story story)
    {
        var (draws, voice) = (story.Draws, story.Voice);
        var person = draws.Pick<Person>(People.Children);
        var name = person.Name;
        var companion = draws.Pick<string>(People.Family);
        var cook = draws.Pick<string>([.. People.Cooks.Where(c => c != companion)]);
        var place = draws.Pick<Place>(Places.All);
        var weather = draws.Pick<Weather>(Weathers);
        var indoors = draws.Pick<Verb>(Indoors);
        var snack = draws.Pick<string>(Foods.Snacks);

        story.Say(draws.Pick(
            $"{name}は{draws.Pick("日曜日に", "土曜日に", "連休に")}{place.Name}へ行く{voice.Was("つもり")}",
            $"その日、{name}は{companion}と{place.Name}へ行く{voice.Was("約束")}",
            $"{name}は前から{place.Name}へ行くのを楽しみに{voice.Doing("して")}"));
        story.Say($"しかし、朝から{weather.Past}ので、{voice.DidNot(Verb.Ichidan("出かけられる"))}");
        story.Say($"{name}は{voice.Past(draws.Pick<Verb>(Disappointments))}");
        story.Say($"そこで{companion}が「家の中で遊ぼう」と言ったので、二人は{voice.Past(indoors)}");
        story.Say($"おやつの時間になると、{cook}が{snack}を{voice.Ichidan(draws.Pick("出してくれる", "持ってきてくれる"))}");
        if (draws.Chance(60))
        {
            story.Say(draws.Pick(
                $"とてもおいしかったので、{person.Pronoun}はすぐに全部{voice.Ichidan("食べる")}",
                $"あまいにおいがして、{person.Pronoun}はすっかり元気に{voice.Godan("なる")}"));
        }

        story.Say($"夕方になると、{weather.Clears}{voice.Ichidan("見える")}");
        story.Say(draws.Pick(
            $"「家にいるのもいいな」と{name}は{voice.Godan("思う")}",
            $"{name}は「来週こそ{place.Name}へ行こう」と{voice.Godan("言う")}",
            $"思っていたより、ずっと{voice.Was("楽しい一日")}"));

        story.Ask($"{name}はどこへ行くつもりでした", place.Name);
        story.Ask("なぜ出かけられませんでした", weather.Past, "からです");
        story.Ask($"{name}は家でだれと遊びました", companion);
        story.Ask("おやつは何でした", snack);
        story.Ask("おやつを用意したのはだれでした", cook);
    }
}
