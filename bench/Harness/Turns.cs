using System.Diagnostics;

namespace PlamoNative.Bench;

/// <summary>
/// The protocol: limit, candidate, baseline, limit, baseline, candidate, limit, ... A machine whose speed drifts by the minute (clock, neighbours) drifts for all of
/// them alike, so the ratio inside one round means something even where the figures of two rounds do not. Every reported ratio is the median of the rounds' ratios.
/// </summary>
internal static class Turns
{
    private const double SliceSeconds = 0.06;
    private const double WarmUpSeconds = 0.4;

    /// <summary>Measures one case.</summary>
    /// <param name="work">The case.</param>
    /// <param name="rounds">Rounds wanted; the case may cap them.</param>
    public static BenchResult Measure(BenchCase work, int rounds)
    {
        rounds = Math.Clamp(rounds, 1, work.MaxRounds);
        WarmUp(work.Candidate);
        if (work.Baseline is not null)
        {
            WarmUp(work.Baseline);
        }

        var seconds = new double[rounds];
        var baselineSeconds = new double[rounds];
        var limits = new double[rounds + 1];
        limits[0] = LimitRate(work);
        for (var round = 0; round < rounds; round++)
        {
            // Whoever runs second finds the caches as the first left them: take turns in that, too.
            if (work.Baseline is { } baseline && round % 2 == 1)
            {
                baselineSeconds[round] = SecondsPerRun(baseline, work);
                seconds[round] = SecondsPerRun(work.Candidate, work);
            }
            else
            {
                seconds[round] = SecondsPerRun(work.Candidate, work);
                baselineSeconds[round] = work.Baseline is { } other ? SecondsPerRun(other, work) : 0;
            }

            limits[round + 1] = LimitRate(work);
        }

        return BenchResult.Of(work, seconds, baselineSeconds, limits);
    }

    private static void WarmUp(Contender contender)
    {
        // Long enough for the JIT's last tier to be installed behind the first calls.
        var start = Stopwatch.GetTimestamp();
        do
        {
            contender.Run();
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds);
    }

    private static double LimitRate(BenchCase work)
    {
        if (work.Limit is null)
        {
            return 0;
        }

        Settle(work);
        return work.Limit.MeasureRate();
    }

    private static void Settle(BenchCase work)
    {
        if (work.SettleMilliseconds > 0)
        {
            using var never = new ManualResetEvent(false);
            never.WaitOne(work.SettleMilliseconds);
        }
    }

    private static double SecondsPerRun(Contender contender, BenchCase work)
    {
        Settle(work);
        var runs = 0;
        var start = Stopwatch.GetTimestamp();
        TimeSpan elapsed;
        do
        {
            contender.Run();
            runs++;
            elapsed = Stopwatch.GetElapsedTime(start);
        }
        while (elapsed.TotalSeconds < SliceSeconds);
        return elapsed.TotalSeconds / runs;
    }
}
