namespace PlamoNative.Bench;

/// <summary>Order statistics of a few rounds.</summary>
internal static class Statistics
{
    /// <summary>The middle value; of an even number the mean of the two middle ones.</summary>
    public static double Median(ReadOnlySpan<double> values) => Quantile(values, 0.5);

    /// <summary>Distance between the quartiles as a share of the median: half of the rounds lie inside it.</summary>
    public static double Spread(ReadOnlySpan<double> values)
    {
        var median = Median(values);
        return median == 0 ? 0 : (Quantile(values, 0.75) - Quantile(values, 0.25)) / median;
    }

    private static double Quantile(ReadOnlySpan<double> values, double share)
    {
        if (values.Length == 0)
        {
            throw new ArgumentException("no rounds were measured", nameof(values));
        }

        var sorted = values.ToArray();
        Array.Sort(sorted);
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}
