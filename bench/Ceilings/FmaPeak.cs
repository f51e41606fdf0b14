using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Bench;

/// <summary>The processor's own peak: the fastest of the register-only loops that it can run, on a number of threads.</summary>
internal sealed class FmaPeak
{
    private const double SliceSeconds = 0.05;

    private readonly Func<long, float> _loop;
    private readonly double _flopsPerIteration;
    private readonly double _rateOfOne;
    private float _sink;

    /// <summary>Tries each width on one thread and keeps the fastest, so that the ceiling does not flatter what it judges.</summary>
    public FmaPeak()
    {
        foreach (var (bits, chains, usable, loop) in Loops())
        {
            if (!usable)
            {
                continue;
            }

            var flops = 2.0 * chains * (bits / 32);
            var rate = Calibrate(loop, flops);
            Trials.Add((bits, chains, rate));
            if (rate > _rateOfOne)
            {
                (_loop, _flopsPerIteration, _rateOfOne, Bits) = (loop, flops, rate, bits);
            }
        }

        _loop ??= FmaChains.Run128;
    }

    /// <summary>Width of the loop that won.</summary>
    public int Bits { get; }

    /// <summary>Every loop that was tried: width, chains, FLOP/s on one thread.</summary>
    public List<(int Bits, int Chains, double Rate)> Trials { get; } = [];

    /// <summary>The ceiling of a number of threads.</summary>
    public Limit ForThreads(int threads) => new("FMA peak", () => Measure(threads));

    /// <summary>FLOP/s of a number of threads together, over about 50 ms.</summary>
    public double Measure(int threads)
    {
        var iterations = (long)(SliceSeconds * _rateOfOne / _flopsPerIteration);
        var seconds = ThreadTeam.Time(threads, _ => Keep(_loop(iterations)));
        return threads * iterations * _flopsPerIteration / seconds;
    }

    /// <summary>
    /// Cycles a second, by a chain of dependent exclusive-ors and additions, one cycle each on every core that we know: what the FMA rate is
    /// divided by to see whether both units were busy.
    /// </summary>
    public static double MeasureClock()
    {
        const long Iterations = 12_500_000;
        var sink = 0UL;
        var seconds = ThreadTeam.Time(1, _ => sink = DependentChain(Iterations, 0x9E3779B97F4A7C15UL, 0x1234567UL));
        return sink == 1 ? 0 : 8 * Iterations / seconds;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static ulong DependentChain(long iterations, ulong a, ulong b)
    {
        var x = a;
        for (var i = 0L; i < iterations; i++)
        {
            x = (x ^ a) + b;
            x = (x ^ a) + b;
            x = (x ^ a) + b;
            x = (x ^ a) + b;
        }

        return x;
    }

    private static (int Bits, int Chains, bool Usable, Func<long, float> Loop)[] Loops() =>
    [
        (512, FmaChains.Chains512, Vector512.IsHardwareAccelerated, FmaChains.Run512),
        (256, FmaChains.Chains256, Vector256.IsHardwareAccelerated, FmaChains.Run256),
        (128, FmaChains.Chains256, true, FmaChains.Run128),
    ];

    private double Calibrate(Func<long, float> loop, double flopsPerIteration)
    {
        var iterations = 1000L;
        while (true)
        {
            var seconds = ThreadTeam.Time(1, _ => Keep(loop(iterations)));
            if (seconds > 0.03)
            {
                return iterations * flopsPerIteration / seconds;
            }

            iterations *= 2;
        }
    }

    private void Keep(float value) => Volatile.Write(ref _sink, value);
}
