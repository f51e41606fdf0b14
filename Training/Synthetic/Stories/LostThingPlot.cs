namespace PlamoNative.Training.Synthetic;

/// <summary>A child loses something dear; somebody of the family knows where it is, and there is a reason why it lies there.</summary>
internal static class LostThingPlot
{
    internal static void Tell(Story story)
    {
        var (draws, voice) = (story.Draws, story.Voice);
        var person = draws.Pick<Person>(People.Children);
        var name = person.Name;
        var giver = draws.Pick<string>(People.Cooks);
        var helper = draws.Pick<string>([.. People.Family.Where(f => f != giver)]);
        var color = draws.Pick<Color>(Things.Colors);
        var thing = draws.Pick<string>(Things.Belongings);
        var (first, second, found) = draws.PickThree<string>(Things.Corners);

        story.Say(draws.Pick(
            $"{name}は{color.Adjective}{thing}をとても大切に{voice.Doing("して")}",
            $"{name}は{giver}にもらった{color.Adjective}{thing}が{voice.Was("大好き")}",
            $"{name}の{color.Adjective}{thing}は、{giver}が買ってくれた{voice.Was("もの")}"));
        story.Say($"ところが、{draws.Pick("ある日", "ある朝", "きのうの夕方", "出かける前に", "学校から帰ると")}、その{thing}が{voice.Godan("なくなってしまう")}");
        story.Say(draws.Pick(
            $"{first}と{second}をさがしたけれど、どこにも{voice.WasNotThere}",
            $"{person.Pronoun}は{first}や{second}を何度も{voice.Ichidan("調べる")}",
            $"まず{first}を見て、次に{second}を見たけれど、{voice.DidNot(Verb.Godan("見つかる"))}"));
        story.Say($"{name}は{draws.Pick("悲しくなって、泣きそうに", "心配で、じっとしていられなく", "がっかりして、何も言えなく")}{voice.Godan("なる")}");
        story.Say($"すると、{helper}が「{thing}なら、{found}で見たよ」と{voice.Ichidan("教えてくれる")}");
        story.Say($"急いで行ってみると、{thing}は本当に{voice.Past(Verb.Godan($"{found}にある"))}");
        if (draws.Chance(60))
        {
            story.Say($"前の日に{draws.Pick("おやつを食べた", "遊んだ", "昼寝をした", "そうじを手伝った", "宿題をした")}とき、そこに{voice.Was("置き忘れたの")}");
        }

        story.Say(draws.Pick(
            $"{name}は{helper}に「ありがとう」と{voice.Godan("言う")}",
            $"{person.Pronoun}はほっとして、やっと{voice.Godan("笑う")}",
            $"それからは、使ったらすぐに片づけることに{voice.Suru("する")}"));

        story.Ask($"{name}がなくしたものは何でした", thing);
        story.Ask($"{name}の{thing}は何色でした", color.Noun);
        story.Ask($"{thing}はどこにありました", found);
        story.Ask($"{thing}のある所を教えてくれたのはだれでした", helper);
    }
}
