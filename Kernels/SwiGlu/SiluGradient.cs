using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>
/// SiLU and its slope from one exponential: with s = sigmoid(x), silu = x s, silu' = s + x s (1 - s). 1 - s is computed as sigmoid(-x), without cancellation.
/// </summary>
internal static class SiluGradient
{
    // sigmoid is 0 (or 1) far before this; a finite factor keeps 0 · infinity away.
    private const float Farthest = 208;

    /// <summary>In float32.</summary>
    /// <returns>The slope.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Slope<TSimd, TVector>(TVector x, out TVector silu)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var zero = TSimd.Create(0f);
        var e = SimdMath.Exp<TSimd, TVector>(TSimd.Subtract(zero, TSimd.Abs(x)));
        var large = TSimd.Divide(TSimd.Create(1f), TSimd.Add(e, TSimd.Create(1f)));
        var small = TSimd.Multiply(e, large);
        var sigmoid = TSimd.IfGreater(x, zero, large, small);
        var opposite = TSimd.IfGreater(x, zero, small, large);
        var factor = TSimd.IfGreater(TSimd.Create(-Farthest), x, TSimd.Create(-Farthest), x);
        silu = TSimd.Multiply(factor, sigmoid);
        factor = TSimd.IfGreater(factor, TSimd.Create(Farthest), TSimd.Create(Farthest), factor);
        return TSimd.Fma(TSimd.Multiply(factor, sigmoid), opposite, sigmoid);
    }

    /// <summary>In float64.</summary>
    /// <returns>The slope.</returns>
    public static double Slope(double x, out double silu)
    {
        var e = DoubleMath.Exp(-Math.Abs(x));
        var (large, small) = (1 / (1 + e), e / (1 + e));
        var (sigmoid, opposite) = x > 0 ? (large, small) : (small, large);
        silu = (x < -800 ? -800 : x) * sigmoid;
        return Math.FusedMultiplyAdd((x < -800 ? -800 : x > 800 ? 800 : x) * sigmoid, opposite, sigmoid);
    }
}
