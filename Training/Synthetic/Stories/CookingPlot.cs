namespace PlamoNative.Training.Synthetic;

/// <summary>A child cooks with somebody for somebody.</summary>
internal static class CookingPlot
{
    internal static void Tell(Story story)
    {
        var (draws, voice) = (story.Draws, story.Voice);
        var person = draws.Pick<Person>(People.Children);
        var name = person.Name;
        var cook = draws.Pick<string>(People.Cooks);
        var guest = draws.Pick<string>([.. People.Family.Where(f => f != cook)]);
        var dish = draws.Pick<Dish>(Foods.Dishes);
        var (first, second, third) = draws.PickThree<string>(dish.Ingredients);
        var occasion = draws.Pick($"{guest}が病気だった", $"{guest}の誕生日だった", $"{guest}がつかれていた", $"{guest}が遠くから帰ってきた", $"{guest}がおなかをすかせていた");

        story.Say($"{occasion}ので、{name}は{cook}と{dish.Name}を作ることに{voice.Suru("する")}");
        story.Say(draws.Chance(50)
            ? $"まず、{draws.Pick("店", "八百屋のとなりのスーパー", "市場", "近くの店")}で{first}と{second}と{third}を{voice.Godan("買う")}"
            : $"台所には{first}と{second}と{third}が{voice.Godan("ある")}");
        story.Say($"{name}は{first}を、{cook}は{second}を{voice.Suru("用意する")}");
        story.Say($"それから材料を{dish.Prepare}、{voice.Past(dish.Finish)}");
        if (draws.Chance(50))
        {
            story.Say(draws.Pick(
                $"途中で{name}は{draws.Pick("塩", "砂糖", "水")}を少しこぼして{voice.Godan("しまう")}",
                $"{cook}は「もう少し待ってね」と{voice.Godan("言う")}",
                $"家じゅうによいにおいが{voice.Godan("広がる")}"));
        }

        story.Say($"{draws.Between(2, 9) * 5}分たつと、{dish.Name}が{voice.Godan("できあがる")}");
        story.Say($"{guest}は一口食べて、「{draws.Pick("おいしいね", "こんなにおいしいのは初めてだ", "元気が出たよ", "また作ってね")}」と{voice.Godan("言う")}");
        story.Say(draws.Pick(
            $"それを聞いて、{person.Pronoun}は{voice.WasAdjective("うれし")}",
            $"{name}は{cook}と顔を見合わせて{voice.Godan("笑う")}",
            $"{name}は「次は一人で作ってみたい」と{voice.Godan("思う")}"));

        story.Ask($"{name}と{cook}は何を作りました", dish.Name);
        story.Ask($"{name}はだれと料理をしました", cook);
        story.Ask($"{dish.Name}を一口食べたのはだれでした", guest);
        story.Ask($"なぜ{dish.Name}を作ることにしました", occasion, "からです");
    }
}
