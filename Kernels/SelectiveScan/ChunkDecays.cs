using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>
/// Steps and decays of one head in one chunk. With l the inclusive cumulative sum of Δ A only differences l_t - l_s &lt;= 0 are exponentiated. l is kept in
/// float64 and stored as a pair of floats, l = high + low, whose differences are as good as rounded float64 differences.
/// </summary>
internal unsafe struct ChunkDecays
{
    /// <summary>Arrays here, of <c>stride</c> floats each.</summary>
    internal const int Arrays = 5;

    /// <summary>Δ_t = softplus(dt + bias).</summary>
    internal float* Delta;

    /// <summary>exp(l_t): what the entering state has left at t.</summary>
    internal float* FromEntry;

    /// <summary>exp(l_Q - l_s): what input s has left in the leaving state.</summary>
    internal float* ToExit;

    /// <summary>l, rounded to float.</summary>
    internal float* High;

    /// <summary>What the rounding lost.</summary>
    internal float* Low;

    /// <summary>exp(l_Q).</summary>
    internal float Total;

    internal static ChunkDecays At(float* memory, int stride) => new()
    {
        Delta = memory,
        FromEntry = memory + stride,
        ToExit = memory + (2 * stride),
        High = memory + (3 * stride),
        Low = memory + (4 * stride),
    };

    /// <summary>Fills the arrays for tokens <c>[token, token + length)</c>; up to <paramref name="stride"/> they stay at the last token's values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Fill<TSimd, TVector>(in ScanProblem<float> problem, int head, int token, int length, int stride)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var dt = problem.Dt + (token * problem.DtTokenStride) + head;
        for (var t = 0; t < stride; t++)
        {
            Delta[t] = dt[Math.Min(t, length - 1) * problem.DtTokenStride] + problem.DtBias[head];
        }

        for (var t = 0; t < stride; t += TSimd.Count)
        {
            TSimd.Store(SimdMath.Softplus<TSimd, TVector>(TSimd.Load(Delta + t)), Delta + t);
        }

        var a = -DoubleMath.Exp(problem.ALog[head]);
        var sum = 0.0;
        for (var t = 0; t < stride; t++)
        {
            sum += t < length ? Delta[t] * a : 0;
            High[t] = (float)sum;
            Low[t] = (float)(sum - High[t]);
        }

        var (high, low) = (TSimd.Create(High[length - 1]), TSimd.Create(Low[length - 1]));
        for (var t = 0; t < stride; t += TSimd.Count)
        {
            var (h, l) = (TSimd.Load(High + t), TSimd.Load(Low + t));
            TSimd.Store(SimdMath.Exp<TSimd, TVector>(h), FromEntry + t);
            TSimd.Store(SimdMath.Exp<TSimd, TVector>(TSimd.Add(TSimd.Subtract(high, h), TSimd.Subtract(low, l))), ToExit + t);
        }

        Total = FromEntry[length - 1];
    }
}
