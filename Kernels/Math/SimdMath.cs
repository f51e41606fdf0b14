using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>
/// exp, log and their kin in float32, our own polynomials: the same operations in the same order for single floats and for vectors of any width, each correctly
/// rounded, so all widths and all processors give the same bits. The overloads by width are in SimdMath.Widths.cs.
/// </summary>
/// <remarks>
/// Coefficients are minimax fits (Remez, weighted for relative error of the whole function). Errors seen over dense sweeps stand at each function; a NaN comes
/// back as it went in (quieted). Subnormal results are rounded once: underflow is gradual.
/// </remarks>
internal static partial class SimdMath
{
    /// <summary>1.5 · 2^23: adding it rounds a small float to an integer, ties to even, held in the low bits.</summary>
    internal const float RoundingShift = 12582912f;

    /// <summary>The bits of <see cref="RoundingShift"/>.</summary>
    internal const int RoundingShiftBits = 0x4B400000;

    /// <summary>The exponent field of 1.</summary>
    internal const int ExponentBias = 127;

    /// <summary>Bits of a float's fraction.</summary>
    internal const int FractionBits = 23;

    /// <summary>The bits of √½, below which a mantissa counts to the next lower power of two.</summary>
    internal const int SqrtHalfBits = 0x3F3504F3;

    // Below the first bound exp rounds to 0, above the second to infinity.
    private const float ExpLowest = -104f;
    private const float ExpHighest = 89f;
    private const float Log2E = 1.442695f;
    private const float Ln2High = 0.6931472f;
    private const float Ln2Low = -1.9046542e-09f;

    // ln 2 cut after 15 bits, so that an exponent times it is exact.
    private const float Ln2Cut = 0.69314575f;
    private const float Ln2CutRest = 1.4286068e-06f;

    private const float SmallestNormal = 1.17549435e-38f;
    private const float TwoTo23 = 8388608f;

    /// <summary>e^x, within 1.05 ulp; 0 at and below -104, infinity from 88.73 on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Exp<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var clamped = TSimd.IfGreater(x, TSimd.Create(ExpHighest), TSimd.Create(ExpHighest), x);
        clamped = TSimd.IfGreater(TSimd.Create(ExpLowest), clamped, TSimd.Create(ExpLowest), clamped);

        // x = n ln 2 + r with |r| <= ln 2 / 2; e^r = 1 + r + r² q(r).
        var shifted = TSimd.Fma(clamped, TSimd.Create(Log2E), TSimd.Create(RoundingShift));
        var n = TSimd.Subtract(shifted, TSimd.Create(RoundingShift));
        var r = TSimd.Fma(n, TSimd.Create(-Ln2High), clamped);
        r = TSimd.Fma(n, TSimd.Create(-Ln2Low), r);
        var q = TSimd.Fma(TSimd.Create(0.0013950438f), r, TSimd.Create(0.008368886f));
        q = TSimd.Fma(q, r, TSimd.Create(0.041666206f));
        q = TSimd.Fma(q, r, TSimd.Create(0.1666652f));
        q = TSimd.Fma(q, r, TSimd.Create(0.5f));
        var tail = TSimd.Fma(TSimd.Multiply(r, r), q, r);
        var y = TSimd.Scale(TSimd.Add(tail, TSimd.Create(1f)), shifted);
        return TSimd.IfNaN(x, y);
    }

    /// <summary>ln x, within 1 ulp, subnormal x included; -infinity at 0, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Log<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var zero = TSimd.Create(0f);
        var smallest = TSimd.Create(SmallestNormal);
        var normal = TSimd.IfGreater(smallest, x, TSimd.Multiply(x, TSimd.Create(TwoTo23)), x);
        var extra = TSimd.IfGreater(smallest, x, TSimd.Create(-23f), zero);
        var y = LogOfNormal<TSimd, TVector>(normal, extra, zero);

        var infinity = TSimd.Create(float.PositiveInfinity);
        y = TSimd.IfGreater(infinity, x, y, infinity);
        y = TSimd.IfGreater(x, zero, y, TSimd.IfGreater(zero, x, TSimd.Create(float.NaN), TSimd.Create(float.NegativeInfinity)));
        return TSimd.IfNaN(x, y);
    }

    /// <summary>ln(1 + e^x), without clamps: x for large x, e^x for very negative x; within 1.5 ulp of the result everywhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Softplus<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var zero = TSimd.Create(0f);
        var one = TSimd.Create(1f);
        var u = Exp<TSimd, TVector>(TSimd.Subtract(zero, TSimd.Abs(x)));

        // ln(1 + u) = ln w + ln(1 + (what rounding 1 + u to w lost) / w).
        var w = TSimd.Add(u, one);
        var lost = TSimd.Subtract(u, TSimd.Subtract(w, one));
        var log = LogOfNormal<TSimd, TVector>(w, zero, TSimd.Divide(lost, w));
        var y = TSimd.Add(TSimd.IfGreater(x, zero, x, zero), log);
        return TSimd.IfNaN(x, y);
    }

    /// <summary>1 / (1 + e^-x), within 2.2 ulp relative to the result, also where that is tiny.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Sigmoid<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var zero = TSimd.Create(0f);
        var one = TSimd.Create(1f);
        var e = Exp<TSimd, TVector>(TSimd.Subtract(zero, TSimd.Abs(x)));
        var y = TSimd.Divide(TSimd.IfGreater(x, zero, one, e), TSimd.Add(e, one));
        return TSimd.IfNaN(x, y);
    }

    /// <summary>x / (1 + e^-x), within 3 ulp where the result is normal; -0 at -infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Silu<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var zero = TSimd.Create(0f);
        var one = TSimd.Create(1f);
        var e = Exp<TSimd, TVector>(TSimd.Subtract(zero, TSimd.Abs(x)));

        // The factor is finite where e is 0, so that -infinity gives -0 and not NaN.
        var lowest = TSimd.Create(2 * ExpLowest);
        var factor = TSimd.IfGreater(lowest, x, lowest, x);
        var y = TSimd.Divide(TSimd.Multiply(factor, TSimd.IfGreater(x, zero, one, e)), TSimd.Add(e, one));
        return TSimd.IfNaN(x, y);
    }

    /// <summary>Hyperbolic tangent, within 2 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Tanh<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var zero = TSimd.Create(0f);
        var one = TSimd.Create(1f);
        var two = TSimd.Create(2f);
        var magnitude = TSimd.Abs(x);

        // Below 0.625: x + x³ t(x²). Above: 1 - 2 / (e^2|x| + 1), which no longer cancels.
        var z = TSimd.Multiply(x, x);
        var t = TSimd.Fma(TSimd.Create(-0.0056653447f), z, TSimd.Create(0.020606719f));
        t = TSimd.Fma(t, z, TSimd.Create(-0.053730946f));
        t = TSimd.Fma(t, z, TSimd.Create(0.13331355f));
        t = TSimd.Fma(t, z, TSimd.Create(-0.3333328f));
        var small = TSimd.Fma(TSimd.Multiply(x, z), t, x);
        var e = Exp<TSimd, TVector>(TSimd.Multiply(magnitude, two));
        var large = TSimd.Subtract(one, TSimd.Divide(two, TSimd.Add(e, one)));
        large = TSimd.IfGreater(x, zero, large, TSimd.Subtract(zero, large));
        return TSimd.IfNaN(x, TSimd.IfGreater(TSimd.Create(0.625f), magnitude, small, large));
    }

    /// <summary>ln x + extra · ln 2 + correction for positive normal x and a correction that is tiny beside ln x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector LogOfNormal<TSimd, TVector>(TVector x, TVector extra, TVector correction)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        // x = 2^n (1 + f), 1 + f in [√½, √2); ln(1 + f) = f - f²/2 + f³ p(f).
        var f = TSimd.Subtract(TSimd.Split(x, out var n), TSimd.Create(1f));
        n = TSimd.Add(n, extra);
        var p = TSimd.Fma(TSimd.Create(0.06922301f), f, TSimd.Create(-0.11782561f));
        p = TSimd.Fma(p, f, TSimd.Create(0.11865558f));
        p = TSimd.Fma(p, f, TSimd.Create(-0.12385286f));
        p = TSimd.Fma(p, f, TSimd.Create(0.14219937f));
        p = TSimd.Fma(p, f, TSimd.Create(-0.16669229f));
        p = TSimd.Fma(p, f, TSimd.Create(0.2000215f));
        p = TSimd.Fma(p, f, TSimd.Create(-0.24999987f));
        p = TSimd.Fma(p, f, TSimd.Create(0.3333331f));
        var square = TSimd.Multiply(f, f);
        var rest = TSimd.Fma(n, TSimd.Create(Ln2CutRest), correction);
        rest = TSimd.Fma(TSimd.Multiply(square, f), p, rest);
        rest = TSimd.Fma(square, TSimd.Create(-0.5f), rest);
        return TSimd.Fma(n, TSimd.Create(Ln2Cut), TSimd.Add(f, rest));
    }
}
