namespace PlamoNative.Cli.Runs;

/// <summary>A curve in one line of text: eight heights, lowest value to highest.</summary>
internal static class Sparkline
{
    private const string Heights = "▁▂▃▄▅▆▇█";

    /// <summary>Draws values at a width: where there are more of them, each character is the mean of its share.</summary>
    internal static string Of(IReadOnlyList<double> values, int width)
    {
        var count = Math.Min(values.Count, width);
        var means = new double[Math.Max(count, 0)];
        for (var i = 0; i < means.Length; i++)
        {
            var (from, to) = ((int)((long)i * values.Count / count), (int)((long)(i + 1) * values.Count / count));
            for (var j = from; j < to; j++)
            {
                means[i] += values[j] / (to - from);
            }
        }

        var finite = means.Where(double.IsFinite).ToArray();
        if (finite.Length == 0)
        {
            return "";
        }

        var (low, high) = (finite.Min(), finite.Max());
        return string.Concat(means.Select(mean => !double.IsFinite(mean) ? ' ' : Heights[high > low ? (int)Math.Min((mean - low) / (high - low) * Heights.Length, Heights.Length - 1) : 0]));
    }
}
