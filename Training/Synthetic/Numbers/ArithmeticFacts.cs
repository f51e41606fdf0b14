namespace PlamoNative.Training.Synthetic;

/// <summary>Documents of arithmetic: a question with its answer, and what else follows from the same numbers.</summary>
internal static class ArithmeticFacts
{
    private const SyntheticKind Kind = SyntheticKind.Arithmetic;

    internal static Composition Compose(Draws draws) => draws.Below(10) switch
    {
        < 3 => Sum(draws),
        < 5 => Difference(draws),
        < 7 => Product(draws),
        7 => Quotient(draws),
        8 => Sequence(draws),
        _ => Comparison(draws),
    };

    private static Composition Sum(Draws draws)
    {
        var (a, b) = draws.Chance(60) ? (draws.Below(21), draws.Below(21)) : (draws.Below(100), draws.Below(100));
        var sum = a + b;
        var rest = draws.Pick(
            $"です。{b}+{a}も{sum}です。",
            $"です。{sum}から{a}をひくと、{b}になります。",
            $"です。だから、{sum}-{b}は{a}です。",
            $"になります。順番を変えて{b}+{a}を計算しても、答えは{sum}です。");
        return Of(draws, $"和{Math.Min(a, b)},{Math.Max(a, b)}", $"{a}+{b}", $"{a}に{b}をたすと", $"{sum}", rest);
    }

    private static Composition Difference(Draws draws)
    {
        var (x, y) = draws.Chance(60) ? (draws.Below(21), draws.Below(21)) : (draws.Below(100), draws.Below(100));
        var (a, b) = (Math.Max(x, y) + (x == y ? 1 : 0), Math.Min(x, y));
        var rest = draws.Pick(
            $"です。{a - b}に{b}をたすと、{a}にもどります。",
            $"です。だから、{b}+{a - b}は{a}です。",
            $"になります。{a}は{b}より{a - b}だけ大きい数です。");

        // The same content as the sum that it undoes: 7-3 is not new to whoever has seen 3+4.
        return Of(draws, $"和{Math.Min(a - b, b)},{Math.Max(a - b, b)}", $"{a}-{b}", $"{a}から{b}をひくと", $"{a - b}", rest);
    }

    private static Composition Product(Draws draws)
    {
        var (a, b) = draws.Chance(70) ? (draws.Between(2, 9), draws.Between(2, 9)) : (draws.Between(2, 30), draws.Between(2, 9));
        var rest = draws.Pick(
            $"です。{b}×{a}も{a * b}です。",
            $"です。だから、{a * b}÷{a}は{b}です。",
            $"になります。{a}を{b}回たすと、{a * b}です。");
        return Of(draws, $"積{Math.Min(a, b)},{Math.Max(a, b)}", $"{a}×{b}", $"{a}に{b}をかけると", $"{a * b}", rest);
    }

    private static Composition Quotient(Draws draws)
    {
        var divisor = draws.Between(2, 9);
        var quotient = draws.Between(1, 12);
        var remainder = draws.Chance(50) ? 0 : draws.Between(1, divisor - 1);
        var dividend = (divisor * quotient) + remainder;
        var answer = remainder == 0 ? $"{quotient}" : $"{quotient}あまり{remainder}";
        var check = remainder == 0 ? $"です。たしかめると、{divisor}×{quotient}は{dividend}です。" : $"です。たしかめると、{divisor}×{quotient}+{remainder}は{dividend}です。";
        var content = remainder == 0 ? $"積{Math.Min(divisor, quotient)},{Math.Max(divisor, quotient)}" : $"商{dividend},{divisor}";
        return Of(draws, content, $"{dividend}÷{divisor}", $"{dividend}を{divisor}でわると", answer, check);
    }

    private static Composition Sequence(Draws draws)
    {
        var (first, step, length) = (draws.Below(60), draws.Between(1, 12), draws.Between(3, 5));
        var isRising = draws.Chance(65);
        var numbers = Enumerable.Range(0, length).Select(i => first + (step * (isRising ? i : length - i)));
        var next = isRising ? first + (step * length) : first;
        var shown = string.Join('、', numbers);
        var direction = isRising ? "増えて" : "減って";
        return Composition.Of(Kind, $"列{shown}", $"{shown}とならんだ数の次は", $"{next}", $"です。{step}ずつ{direction}いるからです。");
    }

    private static Composition Comparison(Draws draws)
    {
        var a = draws.Below(200);
        var b = (a + 1 + draws.Below(199)) % 200;
        var (low, high) = (Math.Min(a, b), Math.Max(a, b));
        var content = $"比{low},{high}";
        return draws.Below(3) switch
        {
            0 => Composition.Of(Kind, content, $"{a}と{b}をくらべると、大きいのは", $"{high}", $"です。ちがいは{high - low}です。"),
            1 => Composition.Of(Kind, content, $"{a}と{b}をくらべると、小さいのは", $"{low}", $"です。{high}より{high - low}小さいです。"),
            _ => Composition.Of(Kind, content, $"{a}と{b}のうち、{a}は", a % 2 == 0 ? "偶数" : "奇数", $"で、{b}は{(b % 2 == 0 ? "偶数" : "奇数")}です。"),
        };
    }

    /// <summary>A question in one of three forms: 3+4は, 3に4をたすと, and the question with a mark before the answer.</summary>
    private static Composition Of(Draws draws, string content, string expression, string words, string answer, string rest)
    {
        var prompt = draws.Pick($"{expression}は", $"{expression}=", $"{words}、", $"問い：{words}、いくつですか。答え：", $"問い：{expression}はいくつですか。答え：");
        return Composition.Of(Kind, content, prompt, answer, rest);
    }
}
