namespace PlamoNative.Training.Synthetic;

/// <summary>A child goes somewhere with somebody of the family; they see an animal, eat and come home content.</summary>
internal static class OutingPlot
{
    internal static void Tell(Story story)
    {
        var (draws, voice) = (story.Draws, story.Voice);
        var person = draws.Pick<Person>(People.Children);
        var companion = draws.Pick<string>(People.Family);
        var place = draws.Pick<Place>(Places.All);
        var sight = draws.Pick<Sight>(place.Sights);
        var (first, second) = draws.PickTwo<Verb>(place.Activities);
        var lunch = draws.Pick<string>(Foods.Lunches);
        var name = person.Name;

        story.Say($"{draws.Pick("ある朝", "日曜日の朝", "土曜日の朝", "休みの日", "学校が休みの日", "ある春の日", "ある秋の日", "連休の初めの日")}、{name}は{companion}といっしょに{place.Name}へ{voice.Godan("行く")}");
        story.Say(draws.Pick(
            $"空は青く、風が気持ちよく{voice.Doing("吹いて")}",
            $"とても{voice.Was("よい天気")}",
            $"雲ひとつない{voice.Was("青空")}",
            $"朝は少し寒かったけれど、だんだん{voice.Godan("あたたかくなる")}",
            $"白い雲がゆっくりと{voice.Doing("流れて")}"));
        story.Say($"{place.Name}に着くと、二人はまず{voice.Past(first)}");
        story.Say(draws.Chance(50)
            ? $"しばらくすると、{sight.Animal}が{sight.Te}いるのが{voice.Ichidan("見える")}"
            : $"ふと見ると、{sight.Animal}が{voice.Doing(sight.Te)}");
        if (draws.Chance(65))
        {
            var said = draws.Pick("わあ、見て", "ほら、あそこ", "静かに、見て", "すごい");
            story.Say($"{name}が「{said}、{sight.Animal}がいるよ」と言うと、{companion}は「{draws.Pick("本当だ", "よく見つけたね", "かわいいね", "近くで見るのは初めてだ")}」と{voice.Godan("笑う")}");
        }

        if (draws.Chance(75))
        {
            story.Say($"お昼には、持ってきた{lunch}を{voice.Ichidan("食べる")}");
            story.Ask("二人はお昼に何を食べました", lunch);
        }

        if (draws.Chance(50))
        {
            story.Say($"それから、二人は{voice.Past(second)}");
        }

        End(story, person);
        story.Ask($"{name}はどこへ行きました", place.Name);
        story.Ask($"{name}はだれといっしょに{place.Name}へ行きました", companion);
        story.Ask("二人が見つけた生き物は何でした", sight.Animal);
    }

    private static void End(Story story, Person person)
    {
        var (draws, voice) = (story.Draws, story.Voice);
        story.Say(draws.Pick(
            $"帰り道、{person.Name}は「また来ようね」と{voice.Godan("言う")}",
            $"{person.Pronoun}にとって、忘れられない一日に{voice.Godan("なる")}",
            $"家に帰った{person.Name}は、つかれてすぐに{voice.Godan("眠る")}",
            $"その夜、{person.Pronoun}は一日のことを日記に{voice.Godan("書く")}",
            $"帰るころには、空が赤く{voice.Doing("そまって")}"));
    }
}
