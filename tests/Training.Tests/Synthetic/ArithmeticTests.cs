using System.Globalization;
using System.Text.RegularExpressions;
using PlamoNative.Training.Synthetic;
using Xunit;

namespace PlamoNative.Tests.Training.Synthetic;

/// <summary>Every number that the corpus states is right, computed again from the text alone.</summary>
public sealed partial class ArithmeticTests
{
    private static readonly SyntheticDocument[] Documents = [.. SyntheticCorpus.Generate(21, 8000)];

    [Fact]
    public void Expressions_have_the_value_that_is_stated()
    {
        var checks = 0;
        foreach (var document in Documents.Where(d => d.Kind is SyntheticKind.Arithmetic or SyntheticKind.WordProblem))
        {
            foreach (Match match in Statement().Matches(document.Text))
            {
                Assert.True(Evaluate(match.Groups[1].Value) == match.Groups[2].Value, document.Text);
                checks++;
            }
        }

        Assert.InRange(checks, 1500, int.MaxValue);
    }

    [Fact]
    public void Sums_in_words_have_the_right_answer()
    {
        var checks = 0;
        foreach (var document in Documents.Where(d => d.Kind == SyntheticKind.Arithmetic))
        {
            if (Words().Match(document.Prompt!) is { Success: true } match)
            {
                var operation = match.Groups[3].Value switch { "をたす" => "+", "をひく" => "-", "をかける" => "×", _ => "÷" };
                Assert.True(Evaluate(match.Groups[1].Value + operation + match.Groups[2].Value) == document.Answer, document.Text);
                checks++;
            }
        }

        Assert.InRange(checks, 100, int.MaxValue);
    }

    [Fact]
    public void Sequences_and_comparisons_are_right()
    {
        foreach (var document in Documents.Where(d => d.Kind == SyntheticKind.Arithmetic))
        {
            var numbers = Number().Matches(document.Prompt!).Select(m => int.Parse(m.Value, CultureInfo.InvariantCulture)).ToArray();
            if (document.Prompt!.EndsWith("ならんだ数の次は", StringComparison.Ordinal))
            {
                var step = numbers[1] - numbers[0];
                Assert.All(numbers.Zip(numbers.Skip(1)), pair => Assert.Equal(step, pair.Second - pair.First));
                Assert.Equal((numbers[^1] + step).ToString(CultureInfo.InvariantCulture), document.Answer);
                Assert.Contains($"{Math.Abs(step)}ずつ{(step > 0 ? "増えて" : "減って")}", document.Text, StringComparison.Ordinal);
            }
            else if (document.Prompt.EndsWith("大きいのは", StringComparison.Ordinal))
            {
                Assert.Equal(numbers.Max().ToString(CultureInfo.InvariantCulture), document.Answer);
            }
            else if (document.Prompt.EndsWith("小さいのは", StringComparison.Ordinal))
            {
                Assert.Equal(numbers.Min().ToString(CultureInfo.InvariantCulture), document.Answer);
            }
            else if (document.Answer is "偶数" or "奇数")
            {
                Assert.Equal(numbers[0] % 2 == 0 ? "偶数" : "奇数", document.Answer);
                Assert.EndsWith($"{numbers[1]}は{(numbers[1] % 2 == 0 ? "偶数" : "奇数")}です。", document.Text, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Word_problems_use_their_numbers_and_answer_what_the_expression_gives()
    {
        foreach (var document in Documents.Where(d => d.Kind == SyntheticKind.WordProblem))
        {
            var match = Statement().Match(document.Text[document.Prompt!.Length..]);
            Assert.True(match.Success, document.Text);
            var given = Number().Matches(document.Prompt).Select(m => m.Value).ToHashSet();
            Assert.All(Number().Matches(match.Groups[1].Value).Select(m => m.Value), operand => Assert.Contains(operand, given));
            var result = Number().Matches(match.Groups[2].Value).Select(m => m.Value);
            Assert.Equal(result, Number().Matches(document.Answer!).Select(m => m.Value));
        }
    }

    /// <summary>The value of one or two operations, from left to right, products before sums.</summary>
    private static string Evaluate(string expression)
    {
        if (expression.Contains('÷', StringComparison.Ordinal))
        {
            var parts = expression.Split('÷').Select(Parse).ToArray();
            return parts[0] % parts[1] == 0 ? $"{parts[0] / parts[1]}" : $"{parts[0] / parts[1]}あまり{parts[0] % parts[1]}";
        }

        var sum = 0;
        foreach (Match term in Term().Matches(expression))
        {
            var product = term.Groups[2].Value.Split('×').Select(Parse).Aggregate((a, b) => a * b);
            sum += term.Groups[1].Value == "-" ? -product : product;
        }

        return $"{sum}";
    }

    private static int Parse(string number) => int.Parse(number, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(\d+(?:[+\-×÷]\d+)+)(?:は|も|=|はいくつですか。答え：|を計算しても、答えは)(\d+(?:あまり\d+)?)", RegexOptions.CultureInvariant)]
    private static partial Regex Statement();

    [GeneratedRegex(@"(\d+)(?:に|から|を)(\d+)(をたす|をひく|をかける|でわる)と、", RegexOptions.CultureInvariant)]
    private static partial Regex Words();

    [GeneratedRegex(@"([+\-]?)(\d+(?:×\d+)*)", RegexOptions.CultureInvariant)]
    private static partial Regex Term();

    [GeneratedRegex(@"\d+", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
