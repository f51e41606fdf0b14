using System.Globalization;

namespace PlamoNative.Training.Configuration;

/// <summary>Durations as people write them: numbers with d, h, m or s behind them, largest first, such as <c>1h30m</c>. A number alone is seconds.</summary>
internal static class DurationText
{
    private static readonly (char Letter, double Seconds)[] Units = [('d', 86400), ('h', 3600), ('m', 60), ('s', 1)];

    internal static bool TryParse(string text, out TimeSpan duration)
    {
        var seconds = 0.0;
        var next = 0;
        duration = default;
        for (var rest = text.AsSpan(); rest.Length > 0;)
        {
            var length = rest.IndexOfAnyExceptInRange('.', '9');
            var letter = length < 0 ? 's' : rest[length];
            var unit = Array.FindIndex(Units, next, candidate => candidate.Letter == letter);
            if (unit < 0 || !double.TryParse(length < 0 ? rest : rest[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
            {
                return false;
            }

            seconds += count * Units[unit].Seconds;
            next = unit + 1;
            rest = length < 0 ? [] : rest[(length + 1)..];
        }

        if (!(seconds > 0) || seconds >= TimeSpan.MaxValue.TotalSeconds)
        {
            return false;
        }

        duration = TimeSpan.FromSeconds(seconds);
        return duration > TimeSpan.Zero;
    }

    /// <summary>The text that reads back as the same duration.</summary>
    internal static string Of(TimeSpan duration) => string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / (decimal)TimeSpan.TicksPerSecond:0.#######}s");
}
