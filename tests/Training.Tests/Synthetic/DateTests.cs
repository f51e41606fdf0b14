using System.Globalization;
using System.Text.RegularExpressions;
using PlamoNative.Training.Synthetic;
using Xunit;

namespace PlamoNative.Tests.Training.Synthetic;

/// <summary>Every day, weekday, month and year that the corpus states, against the calendar of .NET.</summary>
public sealed partial class DateTests
{
    private const string Weekdays = "日月火水木金土";

    private static readonly SyntheticDocument[] Documents = [.. SyntheticCorpus.Generate(31, 12000).Where(d => d.Kind == SyntheticKind.Date)];

    private static readonly Dictionary<string, int> Distances = new() { ["おととい"] = -2, ["きのう"] = -1, ["明日"] = 1, ["あさって"] = 2 };

    [Fact]
    public void Every_document_is_of_a_form_that_is_checked_and_right()
    {
        var checks = Documents.Select(document => (Document: document, Form: Array.FindIndex(Forms, form => form(document)))).ToArray();

        Assert.All(checks, check => Assert.True(check.Form >= 0, check.Document.Text));
        Assert.Equal(Forms.Length, checks.Select(c => c.Form).Distinct().Count());
    }

    [Theory]
    [InlineData(2019, 4, 30, "平成31年")]
    [InlineData(2019, 5, 1, "令和元年")]
    [InlineData(1989, 1, 7, "昭和64年")]
    [InlineData(1989, 1, 8, "平成元年")]
    [InlineData(1926, 12, 24, "大正15年")]
    [InlineData(1926, 12, 25, "昭和元年")]
    [InlineData(1912, 7, 30, "大正元年")]
    public void Eras_change_on_their_day(int year, int month, int day, string expected) => Assert.Equal(expected, JapaneseDates.EraYear(new DateOnly(year, month, day)));

    /// <summary>A check returns false when the document is of another form, and fails when it is wrong.</summary>
    private static readonly Func<SyntheticDocument, bool>[] Forms =
    [
        d => Match(NeighborDay(), d, m =>
        {
            var other = Date(m, 1).AddDays(Distances[m.Groups[4].Value]);
            return m.Groups[5].Value == (other.Year == Date(m, 1).Year ? "" : $"{other.Year}年") && d.Answer == $"{other.Month}月{other.Day}日" && m.Groups[7].Value[0] == Weekday(other);
        }),
        d => Match(Appointment(), d, m => d.Answer![0] == Weekdays[(Weekdays.IndexOf(m.Groups[1].Value, StringComparison.Ordinal) + Distances[m.Groups[2].Value] + 7) % 7]),
        d => Match(DaysAway(), d, m =>
        {
            var shift = Number(m, 2) % 7 * (m.Groups[3].Value == "後" ? 1 : -1);
            return d.Answer![0] == Weekdays[(Weekdays.IndexOf(m.Groups[1].Value, StringComparison.Ordinal) + shift + 7) % 7];
        }),
        d => Match(DayOfDate(), d, m => d.Answer![0] == Weekday(Date(m, 1)) && (m.Groups[6].Value == "一週間後の" || Date(m, 1).AddDays(1) == new DateOnly(
            Date(m, 1).AddDays(1).Year, Number(m, 7), Number(m, 8))) && m.Groups[9].Value[0] == Weekday(Date(m, 1).AddDays(m.Groups[6].Value == "一週間後の" ? 7 : 1))
            && Date(m, 1).AddDays(m.Groups[6].Value == "一週間後の" ? 7 : 1).Day == Number(m, 8)),
        d => Match(Later(), d, m =>
        {
            var later = Date(m, 1).AddDays(Number(m, 4));
            return m.Groups[5].Value == (later.Year == Date(m, 1).Year ? "" : $"{later.Year}年") && d.Answer == $"{later.Month}月{later.Day}日";
        }),
        d => Match(Between(), d, m => d.Answer == $"{Date(m, 4).DayNumber - Date(m, 1).DayNumber}日"),
        d => Match(MonthLength(), d, m => d.Answer == $"{DateTime.DaysInMonth(Number(m, 1), Number(m, 2))}日"
            && (Number(m, 2) != 2 || d.Text.Contains("うるう年です", StringComparison.Ordinal) == DateTime.IsLeapYear(Number(m, 1)))),
        d => Match(ToEra(), d, m => d.Answer == EraYear(Date(m, 1))),
        d => Match(FromEra(), d, m => m.Groups[1].Value == EraYear(new DateOnly(int.Parse(d.Answer![..^1], CultureInfo.InvariantCulture), Number(m, 2), Number(m, 3)))),
        d => Match(MonthsAway(), d, m => d.Answer == $"{new DateOnly(2000, Number(m, 1), 1).AddMonths(Number(m, 2) * (m.Groups[3].Value == "後" ? 1 : -1)).Month}月"),
    ];

    private static bool Match(Regex form, SyntheticDocument document, Func<Match, bool> isRight)
    {
        var match = form.Match(document.Text);
        Assert.True(!match.Success || isRight(match), document.Text);
        return match.Success;
    }

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private static DateOnly Date(Match match, int group) => new(Number(match, group), Number(match, group + 1), Number(match, group + 2));

    private static char Weekday(DateOnly date) => Weekdays[(int)date.DayOfWeek];

    private static string EraYear(DateOnly date)
    {
        // The calendar of .NET for eras wants a culture, which invariant globalization does not have.
        var (era, offset) = ((date.Year * 10000) + (date.Month * 100) + date.Day) switch
        {
            >= 20190501 => ("令和", 2018),
            >= 19890108 => ("平成", 1988),
            >= 19261225 => ("昭和", 1925),
            _ => ("大正", 1911),
        };
        return date.Year - offset == 1 ? $"{era}元年" : $"{era}{date.Year - offset}年";
    }

    [GeneratedRegex(@"^今日は(\d+)年(\d+)月(\d+)日です。(おととい|きのう|明日|あさって)は(\d+年)?(\d+月\d+日)です。(.曜日)です。$")]
    private static partial Regex NeighborDay();

    [GeneratedRegex(@"^今日は(.)曜日です。[^。]+?は(おととい|きのう|明日|あさって)、[^。]+。[^。]+のは.曜日です。$")]
    private static partial Regex Appointment();

    [GeneratedRegex(@"^今日は(.)曜日です。(\d+)日(後|前)は.曜日です。")]
    private static partial Regex DaysAway();

    [GeneratedRegex(@"^(\d+)年(\d+)月(\d+)日は(.曜日)(です。)(次の日は|一週間後の)(\d+)月(\d+)日[、も](.曜日)です。$")]
    private static partial Regex DayOfDate();

    [GeneratedRegex(@"^(\d+)年(\d+)月(\d+)日の(\d+)日後は(\d+年)?\d+月\d+日です。$")]
    private static partial Regex Later();

    [GeneratedRegex(@"^問い：(\d+)年(\d+)月(\d+)日から(\d+)年(\d+)月(\d+)日までは、あと何日ですか。答え：")]
    private static partial Regex Between();

    [GeneratedRegex(@"^(\d+)年の(\d+)月は\d+日まであります。")]
    private static partial Regex MonthLength();

    [GeneratedRegex(@"^西暦(\d+)年(\d+)月(\d+)日は、和暦では")]
    private static partial Regex ToEra();

    [GeneratedRegex(@"^(.+年)(\d+)月(\d+)日は、西暦では\d+年\2月\3日です。$")]
    private static partial Regex FromEra();

    [GeneratedRegex(@"^今は(\d+)月です。(\d+)か月(後|前)は\d+月です。")]
    private static partial Regex MonthsAway();
}
