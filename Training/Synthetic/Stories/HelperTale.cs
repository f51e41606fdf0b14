namespace PlamoNative.Training.Synthetic;

/// <summary>A tale of long ago: an animal has a trouble, and another one with the right gift helps.</summary>
internal static class HelperTale
{
    /// <summary>A trouble and who can help.</summary>
    /// <param name="Text">What happens.</param>
    /// <param name="Cry">What the animal in trouble calls.</param>
    /// <param name="Helpers">Animals that can help.</param>
    /// <param name="Gift">Why they can.</param>
    /// <param name="Help">What they do.</param>
    private sealed record Trouble(Verb Text, string Cry, string[] Helpers, string Gift, Verb Help);

    private static readonly Trouble[] Troubles =
    [
        new(Verb.Ichidan("高い枝の実に手がとどかず、途方にくれる"), "だれか、あの実を取ってくれないか", ["さる", "りす", "小鳥"], "木の上まで楽に行ける", Verb.Godan("実を取ってきてやる")),
        new(Verb.Godan("大切な帽子を川に落とす"), "だれか、帽子をひろってくれないか", ["かめ", "かえる", "あひる"], "泳ぎがとてもうまい", Verb.Godan("帽子をひろってやる")),
        new(Verb.Ichidan("大きな岩で帰り道をふさがれる"), "だれか、この岩を動かしてくれないか", ["くま", "牛", "馬"], "力がとても強い", Verb.Godan("岩をおしてやる")),
        new(Verb.Godan("大事な宝物を土に埋めて、場所を忘れてしまう"), "だれか、宝物をさがしてくれないか", ["もぐら", "犬", "いのしし"], "土をほるのがうまい", Verb.Godan("宝物をほり出してやる")),
        new(Verb.Godan("夜の森で道に迷う"), "だれか、道を教えてくれないか", ["ふくろう", "猫", "こうもり"], "暗い所でもよく動ける", Verb.Godan("家まで送ってやる")),
    ];

    private static readonly Verb[] Arrivals = [Verb.Godan("通りかかる"), Verb.Godan("顔を出す"), Verb.Kuru("やってくる"), Verb.Kuru("ゆっくりと近づいてくる")];

    private static readonly string[] Seekers = ["きつね", "たぬき", "ねずみ", "うさぎ", "やぎ", "はりねずみ"];

    private static readonly string[] Natures = ["小さな", "あわてんぼうの", "くいしんぼうの", "やさしい", "はずかしがりの", "年を取った", "元気な", "ひとりぼっちの"];

    internal static void Tell(Story story)
    {
        var (draws, voice) = (story.Draws, story.Voice);
        var trouble = draws.Pick<Trouble>(Troubles);
        var seeker = draws.Pick<string>(Seekers);
        var (first, second) = draws.PickTwo<string>(Natures);
        var helper = draws.Pick<string>(trouble.Helpers);
        var home = draws.Pick("深い森", "山のふもと", "川のほとり", "小さな村", "丘の上", "古い神社のうら");
        var thanks = draws.Pick<string>(Foods.Fruits);

        story.Say($"むかしむかし、{home}に{first}{seeker}が{voice.Doing("住んで")}");
        story.Say($"ある{draws.Pick("日", "朝", "晩", "寒い日", "夏の日")}、{seeker}は{voice.Past(trouble.Text)}");
        story.Say(draws.Pick(
            $"自分ではどうすることも{voice.DidNot(Verb.Ichidan("できる"))}",
            $"何度もやってみたけれど、うまく{voice.DidNot(Verb.Godan("いく"))}",
            $"{seeker}は{voice.Godan("困ってしまう")}"));
        story.Say($"「{trouble.Cry}」と{seeker}が言うと、{second}{helper}が{voice.Past(draws.Pick<Verb>(Arrivals))}");
        story.Say($"{helper}は{trouble.Gift}ので、すぐに{voice.Past(trouble.Help)}");
        story.Say($"{seeker}はとても喜んで、お礼に{thanks}を{voice.Ichidan("分ける")}");
        story.Say(draws.Pick(
            $"それからというもの、ふたりはいつもなかよく{voice.Godan("くらす")}",
            $"その日から、ふたりは大の友だちに{voice.Godan("なる")}",
            $"「困ったときは助け合おう」と、ふたりは{voice.Suru("約束する")}"));

        story.Ask($"{seeker}はどこに住んでいました", home);
        story.Ask($"{seeker}を助けたのはだれでした", helper);
        story.Ask($"{seeker}はお礼に何を分けました", thanks);
        story.Ask($"なぜ{helper}は{seeker}を助けることができました", trouble.Gift, "からです");
    }
}
