namespace PlamoNative.Training.Synthetic;

/// <summary>Dates as they are written in Japanese, with years of the emperors' eras.</summary>
internal static class JapaneseDates
{
    private static readonly string[] Weekdays = ["日曜日", "月曜日", "火曜日", "水曜日", "木曜日", "金曜日", "土曜日"];

    /// <summary>The first day of each era, the latest era first.</summary>
    private static readonly (string Name, DateOnly First)[] Eras =
        [("令和", new(2019, 5, 1)), ("平成", new(1989, 1, 8)), ("昭和", new(1926, 12, 25)), ("大正", new(1912, 7, 30))];

    /// <summary>The first day that an era is known for here.</summary>
    internal static DateOnly First => Eras[^1].First;

    internal static string Weekday(DayOfWeek day) => Weekdays[(int)day];

    /// <summary>2024年5月3日.</summary>
    internal static string Full(DateOnly date) => $"{date.Year}年{Short(date)}";

    /// <summary>5月3日.</summary>
    internal static string Short(DateOnly date) => $"{date.Month}月{date.Day}日";

    /// <summary>令和6年, 令和元年.</summary>
    internal static string EraYear(DateOnly date)
    {
        var (name, first) = Array.Find(Eras, era => era.First <= date);
        var year = date.Year - first.Year + 1;
        return year == 1 ? $"{name}元年" : $"{name}{year}年";
    }
}
