using static PlamoNative.Training.Synthetic.JapaneseDates;

namespace PlamoNative.Training.Synthetic;

/// <summary>Documents about days, weekdays, months and years.</summary>
internal static class DateFacts
{
    private const SyntheticKind Kind = SyntheticKind.Date;

    private static readonly (string Name, int Days)[] Distances = [("おととい", -2), ("きのう", -1), ("明日", 1), ("あさって", 2)];

    private static readonly string[] Seasons = ["冬", "冬", "春", "春", "春", "夏", "夏", "夏", "秋", "秋", "秋", "冬"];

    internal static Composition Compose(Draws draws) => draws.Below(8) switch
    {
        0 => Neighbor(draws),
        1 => NeighborWeekday(draws),
        2 => LaterWeekday(draws),
        3 => WeekdayOfDate(draws),
        4 => LaterDate(draws),
        5 => LengthOfMonth(draws),
        6 => Era(draws),
        _ => Month(draws),
    };

    private static Composition Neighbor(Draws draws)
    {
        var (today, (name, days)) = (Day(draws, 1990, 2040), draws.Pick<(string, int)>(Distances));
        var other = today.AddDays(days);
        return Composition.Of(
            Kind, $"隣{Full(today)}{days}", $"今日は{Full(today)}です。{name}は{(other.Year == today.Year ? "" : $"{other.Year}年")}", Short(other),
            $"です。{Weekday(other.DayOfWeek)}です。");
    }

    private static Composition NeighborWeekday(Draws draws)
    {
        var today = (DayOfWeek)draws.Below(7);
        var (name, days) = draws.Pick<(string, int)>(Distances);
        var person = draws.Pick<Person>(People.Children);
        var place = draws.Pick<Place>(Places.All);
        var other = Weekday(Shift(today, days));
        var did = days < 0 ? "行きました" : "行きます";
        var text = $"今日は{Weekday(today)}です。{person.Name}は{name}、{place.Name}へ{did}。{person.Name}が{place.Name}へ{(days < 0 ? "行った" : "行く")}のは";
        return Composition.Of(Kind, text, text, other, "です。");
    }

    private static Composition LaterWeekday(Draws draws)
    {
        var today = (DayOfWeek)draws.Below(7);
        var days = draws.Between(1, 60);
        var isLater = draws.Chance(70);
        var (other, remainder) = (Shift(today, isLater ? days : -days), days % 7);
        var direction = isLater ? "後" : "前";
        var reason = remainder == 0 ? $"{days}日はちょうど{days / 7}週間だから、同じ曜日です。" : days < 7 ? "" : $"{days}日は{days / 7}週間と{remainder}日だから、{remainder}日{direction}と同じです。";
        return Composition.Of(Kind, $"曜{today}{direction}{days}", $"今日は{Weekday(today)}です。{days}日{direction}は", Weekday(other), $"です。{reason}");
    }

    private static Composition WeekdayOfDate(Draws draws)
    {
        var date = Day(draws, 1980, 2040);
        var next = date.AddDays(1);
        return Composition.Of(
            Kind, $"暦{Full(date)}", $"{Full(date)}は", Weekday(date.DayOfWeek),
            draws.Pick($"です。次の日は{Short(next)}、{Weekday(next.DayOfWeek)}です。", $"です。一週間後の{Short(date.AddDays(7))}も{Weekday(date.DayOfWeek)}です。"));
    }

    private static Composition LaterDate(Draws draws)
    {
        var (date, days) = (Day(draws, 2000, 2040), draws.Between(3, 40));
        var later = date.AddDays(days);
        return draws.Chance(50)
            ? Composition.Of(
                Kind, $"後{Full(date)}{days}", $"{Full(date)}の{days}日後は{(later.Year == date.Year ? "" : $"{later.Year}年")}", Short(later), "です。")
            : Composition.Of(
                Kind, $"後{Full(date)}{days}", $"問い：{Full(date)}から{Full(later)}までは、あと何日ですか。答え：", $"{days}日", "です。");
    }

    private static Composition LengthOfMonth(Draws draws)
    {
        var (year, month) = (draws.Between(1950, 2050), draws.Between(1, 12));
        var days = DateTime.DaysInMonth(year, month);
        var isLeap = DateTime.IsLeapYear(year);
        var rest = month == 2
            ? $"まであります。{year}年はうるう年{(isLeap ? "です" : "ではありません")}。"
            : $"まであります。その次の日は{(month == 12 ? $"{year + 1}年" : "")}{(month % 12) + 1}月1日です。";
        return Composition.Of(Kind, $"月{year},{month}", $"{year}年の{month}月は", $"{days}日", rest);
    }

    private static Composition Era(Draws draws)
    {
        var date = First.AddDays(draws.Below(new DateOnly(2035, 1, 1).DayNumber - First.DayNumber));
        var era = EraYear(date);
        return draws.Chance(50)
            ? Composition.Of(Kind, $"元{Full(date)}", $"西暦{Full(date)}は、和暦では", era, $"{Short(date)}です。")
            : Composition.Of(Kind, $"元{Full(date)}", $"{era}{Short(date)}は、西暦では", $"{date.Year}年", $"{Short(date)}です。");
    }

    private static Composition Month(Draws draws)
    {
        var (month, distance) = (draws.Between(1, 12), draws.Between(1, 8));
        var isLater = draws.Chance(60);
        var other = ((month - 1 + (isLater ? distance : 12 - distance)) % 12) + 1;
        var direction = isLater ? "後" : "前";
        var season = Seasons[other - 1];
        return Composition.Of(
            Kind, $"季{month}{direction}{distance}", $"今は{month}月です。{distance}か月{direction}は", $"{other}月", $"です。{other}月は{draws.Pick($"{season}です", $"{season}の月です")}。");
    }

    private static DateOnly Day(Draws draws, int firstYear, int lastYear)
    {
        var first = new DateOnly(firstYear, 1, 1);
        return first.AddDays(draws.Below(new DateOnly(lastYear + 1, 1, 1).DayNumber - first.DayNumber));
    }

    private static DayOfWeek Shift(DayOfWeek day, int days) => (DayOfWeek)(((((int)day + days) % 7) + 7) % 7);
}
