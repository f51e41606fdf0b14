using System.Globalization;

namespace PlamoNative.Bench;

/// <summary>The ceilings themselves, and whether the peak is honest: FMA instructions a cycle against the two that wide cores can start.</summary>
internal sealed class CeilingSuite : IBenchSuite
{
    /// <inheritdoc/>
    public string Name => "ceilings";

    /// <inheritdoc/>
    public void Run(BenchContext context)
    {
        if (context.Wants("fma-peak"))
        {
            foreach (var (bits, chains, rate) in context.Peak.Trials)
            {
                var clock = FmaPeak.MeasureClock();
                var perCycle = rate / clock / (2 * (bits / 32));
                context.Add(BenchResult.Single(
                    "fma-trial", $"{chains} chains of {bits} bits", "f32", 1, 0, rate * 1e-9, "GFLOP/s",
                    note: string.Create(CultureInfo.InvariantCulture, $"{perCycle:F2} instructions a cycle at {clock * 1e-9:F2} GHz")));
            }
        }

        foreach (var threads in context.Options.Threads)
        {
            if (context.Wants("fma-peak"))
            {
                context.Add(OfLimit(context, context.Peak.ForThreads(threads), "fma-peak", $"{context.Peak.Bits} bits", "GFLOP/s", threads));
            }

            if (context.Wants("read-sweep"))
            {
                var streams = context.Bandwidth.Streams(threads);
                context.Add(OfLimit(context, context.Bandwidth.ForThreads(threads), "read-sweep", $"768 MiB, {streams} stream(s) a thread", "GB/s", threads));
            }
        }
    }

    private static BenchResult OfLimit(BenchContext context, Limit limit, string name, string shape, string unit, int threads)
    {
        double[] rates = [.. Enumerable.Range(0, context.Options.Rounds).Select(_ => 1e-9 * limit.MeasureRate())];
        return BenchResult.Single(name, shape, "f32", threads, 0, Statistics.Median(rates), unit) with
        {
            Spread = Statistics.Spread(rates),
            Rounds = rates.Length,
        };
    }
}
