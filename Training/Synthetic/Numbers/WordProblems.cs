namespace PlamoNative.Training.Synthetic;

/// <summary>Sums told in words.</summary>
internal static class WordProblems
{
    private const SyntheticKind Kind = SyntheticKind.WordProblem;

    internal static Composition Compose(Draws draws) => draws.Below(9) switch
    {
        0 => Given(draws),
        1 => Eaten(draws),
        2 => HandedOut(draws),
        3 => Shared(draws),
        4 => Bought(draws),
        5 => Change(draws),
        6 => Compared(draws),
        7 => Hours(draws),
        _ => TwoSteps(draws),
    };

    private static Composition Given(Draws draws)
    {
        var (owner, giver) = draws.PickTwo<Person>(People.Children);
        var thing = draws.Pick<Countable>(Countables.All);
        var (a, b) = (draws.Between(1, 30), draws.Between(1, 20));
        var story = draws.Pick(
            $"{owner.Name}は{thing.Name}を{a}{thing.Counter}持っています。{giver.Name}から{b}{thing.Counter}もらいました。今、{thing.Name}は全部で何{thing.Counter}ありますか。",
            $"箱の中に{thing.Name}が{a}{thing.Counter}あります。{owner.Name}がそこへ{b}{thing.Counter}入れました。箱の中の{thing.Name}は何{thing.Counter}になりましたか。");
        return Of(story, $"{a + b}{thing.Counter}", $"{a}+{b}={a + b}");
    }

    private static Composition Eaten(Draws draws)
    {
        var (owner, friend) = draws.PickTwo<Person>(People.Children);
        var food = draws.Pick<Countable>(Countables.Foods);
        var (a, b) = (draws.Between(5, 40), draws.Between(1, 5));
        var story = draws.Pick(
            $"{owner.Name}は{food.Name}を{a}{food.Counter}持っていました。{b}{food.Counter}食べると、残りは何{food.Counter}ですか。",
            $"お皿に{food.Name}が{a}{food.Counter}ありました。{owner.Name}が{friend.Name}に{b}{food.Counter}あげました。お皿に残った{food.Name}は何{food.Counter}ですか。");
        return Of(story, $"{a - b}{food.Counter}", $"{a}-{b}={a - b}");
    }

    private static Composition HandedOut(Draws draws)
    {
        var person = draws.Pick<Person>(People.Children);
        var thing = draws.Pick<Countable>(Countables.All);
        var (people, each) = (draws.Between(2, 12), draws.Between(2, 9));
        return Of(
            $"{person.Name}は{people}人の友だちに{thing.Name}を{each}{thing.Counter}ずつ配ります。{thing.Name}は全部で何{thing.Counter}いりますか。",
            $"{people * each}{thing.Counter}", $"{each}×{people}={people * each}");
    }

    private static Composition Shared(Draws draws)
    {
        var thing = draws.Pick<Countable>(Countables.All);
        var (people, each) = (draws.Between(2, 9), draws.Between(1, 9));
        var rest = draws.Chance(60) ? 0 : draws.Between(1, people - 1);
        var all = (people * each) + rest;
        var question = rest == 0 ? $"一人何{thing.Counter}もらえますか" : $"一人何{thing.Counter}もらえて、何{thing.Counter}あまりますか";
        return Of(
            $"{thing.Name}が{all}{thing.Counter}あります。{people}人で同じ数ずつ分けると、{question}。",
            rest == 0 ? $"{each}{thing.Counter}" : $"{each}{thing.Counter}で、{rest}{thing.Counter}あまります",
            rest == 0 ? $"{all}÷{people}={each}" : $"{all}÷{people}={each}あまり{rest}",
            rest == 0 ? "です" : "");
    }

    private static Composition Bought(Draws draws)
    {
        var person = draws.Pick<Person>(People.Children);
        var thing = draws.Pick<Countable>(Countables.All);
        var (price, count) = (Price(draws, thing), draws.Between(2, 9));
        return Of(
            $"{person.Name}は1{thing.Counter}{price}円の{thing.Name}を{count}{thing.Counter}買いました。代金は全部でいくらですか。",
            $"{price * count}円", $"{price}×{count}={price * count}");
    }

    private static Composition Change(Draws draws)
    {
        var person = draws.Pick<Person>(People.Children);
        var thing = draws.Pick<Countable>(Countables.All);
        var price = Price(draws, thing);
        var paid = price < 100 ? draws.Pick(100, 500) : price < 500 ? draws.Pick(500, 1000) : draws.Pick(2000, 5000);
        return Of(
            $"{person.Name}は{price}円の{thing.Name}を買って、{paid}円をはらいました。おつりはいくらですか。", $"{paid - price}円", $"{paid}-{price}={paid - price}");
    }

    private static Composition Compared(Draws draws)
    {
        var (first, second) = draws.PickTwo<Person>(People.Children);
        var thing = draws.Pick<Countable>(Countables.Collected);
        var a = draws.Between(1, 50);
        var b = a + draws.Between(1, 20);
        var (more, less) = draws.Chance(50) ? (first, second) : (second, first);
        var (countOfFirst, countOfSecond) = more == first ? (b, a) : (a, b);
        return Of(
            $"{first.Name}は{thing.Name}を{countOfFirst}{thing.Counter}、{second.Name}は{countOfSecond}{thing.Counter}集めました。{more.Name}は{less.Name}より何{thing.Counter}多いですか。",
            $"{b - a}{thing.Counter}", $"{b}-{a}={b - a}");
    }

    private static Composition Hours(Draws draws)
    {
        var person = draws.Pick<Person>(People.Children);
        var isMorning = draws.Chance(50);
        var (start, length) = (isMorning ? draws.Between(7, 9) : draws.Between(1, 5), draws.Between(1, 3));
        var activity = draws.Pick("本を読み", "絵をかき", "川で遊び", "宿題をし", "そうじをし", "サッカーをし", "電車に乗り", "山道を歩き");
        return Of(
            $"{person.Name}は{(isMorning ? "午前" : "午後")}{start}時から{length}時間、{activity}ました。終わったのは何時ですか。", $"{start + length}時", $"{start}+{length}={start + length}");
    }

    private static Composition TwoSteps(Draws draws)
    {
        var (owner, friend) = draws.PickTwo<Person>(People.Children);
        var thing = draws.Pick<Countable>(Countables.All);
        var (a, b) = (draws.Between(3, 20), draws.Between(2, 15));
        var c = draws.Between(1, a + b - 1);
        return Of(
            $"{owner.Name}は{thing.Name}を{a}{thing.Counter}持っていました。店で{b}{thing.Counter}買ってから、{friend.Name}に{c}{thing.Counter}あげました。{thing.Name}は何{thing.Counter}残っていますか。",
            $"{a + b - c}{thing.Counter}", $"{a}+{b}-{c}={a + b - c}");
    }

    private static int Price(Draws draws, Countable thing) => draws.Between(thing.LowPrice / 10, thing.HighPrice / 10) * 10;

    private static Composition Of(string problem, string answer, string expression, string tail = "です") =>
        Composition.Of(Kind, problem, $"問題：{problem}答え：", answer, $"{tail}。式は{expression}です。");
}
