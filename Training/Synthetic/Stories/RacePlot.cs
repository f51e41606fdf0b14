namespace PlamoNative.Training.Synthetic;

/// <summary>Three children compete; two comparisons are told, from which their order follows.</summary>
internal static class RacePlot
{
    /// <summary>A contest: what is compared, told from the one in front and from the one behind, and the question for the ends.</summary>
    private sealed record Contest(string Name, Verb Ahead, Verb Behind, string First, string Last);

    private static readonly Contest[] Contests =
    [
        new("かけっこ", Verb.Suru("先にゴールする"), Verb.Suru("あとにゴールする"), "一番先にゴールした", "一番最後にゴールした"),
        new("水泳の競走", Verb.Godan("速く泳ぐ"), Verb.Godan("おそく泳ぐ"), "一番速く泳いだ", "一番おそく泳いだ"),
        new("なわとび", Verb.Ichidan("長くとび続ける"), Verb.Godan("先に引っかかる"), "一番長くとび続けた", "一番先に引っかかった"),
        new("山登り", Verb.Godan("先に頂上に着く"), Verb.Godan("あとに頂上に着く"), "一番先に頂上に着いた", "一番最後に頂上に着いた"),
        new("石つみ", Verb.Godan("高くつむ"), Verb.Godan("低くつむ"), "一番高くつんだ", "一番低くつんだ"),
    ];

    internal static void Tell(Story story)
    {
        var (draws, voice) = (story.Draws, story.Voice);
        var (winner, middle, loser) = draws.PickThree<Person>(People.Children);
        var (a, b, c) = draws.PickThree<string>([winner.Name, middle.Name, loser.Name]);
        var contest = draws.Pick<Contest>(Contests);

        story.Say($"{draws.Pick("ある朝", "よく晴れた日", "夏休みのある日", "連休の二日目", "土曜日の午後")}、{a}と{b}と{c}は三人で{contest.Name}を{voice.Suru("する")}");
        story.Say(draws.Pick(
            $"みんなが大きな声で{voice.Suru("おうえんする")}",
            $"三人とも、この日のためにたくさん{voice.Doing("練習して")}",
            $"合図の笛が鳴ると、三人はいっせいに{voice.Ichidan("始める")}"));
        var upper = draws.Chance(50) ? $"{winner.Name}は{middle.Name}より{voice.Past(contest.Ahead)}" : $"{middle.Name}は{winner.Name}より{voice.Past(contest.Behind)}";
        var lower = draws.Chance(50) ? $"{middle.Name}は{loser.Name}より{voice.Past(contest.Ahead)}" : $"{loser.Name}は{middle.Name}より{voice.Past(contest.Behind)}";
        var (first, second) = draws.Chance(50) ? (upper, lower) : (lower, upper);
        story.Say(first);
        story.Say($"そして、{second}");
        story.Say(draws.Pick(
            $"終わると、三人は「楽しかったね」と{voice.Godan("笑い合う")}",
            $"{loser.Name}は「次は負けないよ」と{voice.Godan("言う")}",
            $"{winner.Name}は、みんなからはくしゅを{voice.Ichidan("受ける")}",
            $"三人はならんで冷たい水を{voice.Godan("飲む")}"));

        story.Ask($"三人の中で{contest.First}のはだれでした", winner.Name);
        story.Ask($"三人の中で{contest.Last}のはだれでした", loser.Name);
        story.Ask("三人の中で二番だったのはだれでした", middle.Name);
        story.Ask("三人は何をしました", contest.Name);
    }
}
