using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>
/// exp, log and their kin in float64 for the plain, exact mode and for angles: our own polynomials, because the platform's library differs between platforms.
/// Errors are within 2 ulp (sine and cosine: 2^-52 absolute). A NaN gives a NaN.
/// </summary>
internal static class DoubleMath
{
    private const double RoundingShift = 6755399441055744.0; // 1.5 · 2^52
    private const double Log2E = 1.4426950408889634;
    private const double Ln2High = 0.6931471805599453;
    private const double Ln2Low = 2.3190468138462996e-17;

    // ln 2 cut after 41 bits, so that an exponent times it is exact.
    private const double Ln2Cut = 0.693147180559663;
    private const double Ln2CutRest = 2.8235290563031577e-13;

    /// <summary>e^x; 0 below -745.2, infinity above 709.8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Exp(double x)
    {
        if (double.IsNaN(x))
        {
            return x;
        }

        x = x > 710 ? 710 : x < -746 ? -746 : x;
        var shifted = Math.FusedMultiplyAdd(x, Log2E, RoundingShift);
        var n = shifted - RoundingShift;
        var r = Math.FusedMultiplyAdd(n, -Ln2High, x);
        r = Math.FusedMultiplyAdd(n, -Ln2Low, r);
        var q = Math.FusedMultiplyAdd(2.0926792425789926e-09, r, 2.5112149877362585e-08);
        q = Math.FusedMultiplyAdd(q, r, 2.755723397168411e-07);
        q = Math.FusedMultiplyAdd(q, r, 2.755723457860071e-06);
        q = Math.FusedMultiplyAdd(q, r, 2.48015873728016e-05);
        q = Math.FusedMultiplyAdd(q, r, 0.00019841269896604376);
        q = Math.FusedMultiplyAdd(q, r, 0.0013888888888859113);
        q = Math.FusedMultiplyAdd(q, r, 0.008333333333316987);
        q = Math.FusedMultiplyAdd(q, r, 0.04166666666666672);
        q = Math.FusedMultiplyAdd(q, r, 0.16666666666666682);
        q = Math.FusedMultiplyAdd(q, r, 0.5);
        var y = Math.FusedMultiplyAdd(r * r, q, r) + 1;
        var exponent = (int)n;
        var half = exponent >> 1;
        return y * PowerOfTwo(half) * PowerOfTwo(exponent - half);
    }

    /// <summary>ln x; -infinity at 0, NaN below.</summary>
    public static double Log(double x)
    {
        if (!(x > 0) || double.IsPositiveInfinity(x))
        {
            return x == 0 ? double.NegativeInfinity : x > 0 ? x : double.NaN;
        }

        return x < 2.2250738585072014e-308 ? LogOfNormal(x * 18014398509481984.0, -54, 0) : LogOfNormal(x, 0, 0);
    }

    /// <summary>ln(1 + e^x), without clamps.</summary>
    public static double Softplus(double x)
    {
        var u = Exp(-Math.Abs(x));
        var w = 1 + u;
        return (x > 0 ? x : 0) + LogOfNormal(w, 0, (u - (w - 1)) / w);
    }

    /// <summary>1 / (1 + e^-x).</summary>
    public static double Sigmoid(double x)
    {
        var e = Exp(-Math.Abs(x));
        return (x > 0 ? 1 : e) / (1 + e);
    }

    /// <summary>x / (1 + e^-x); -0 at -infinity.</summary>
    public static double Silu(double x)
    {
        var e = Exp(-Math.Abs(x));
        return (x < -800 ? -800 : x) * (x > 0 ? 1 : e) / (1 + e);
    }

    /// <summary>Sine and cosine of the angle <paramref name="high"/> + <paramref name="low"/>, right up to 2^30 in magnitude.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (double Sine, double Cosine) SinCos(double high, double low)
    {
        // high + low = n π/2 + r; π/2 in three parts, the products subtracted exactly but for r's own rounding.
        const double HalfPi1 = 1.5707963267948966;
        const double HalfPi2 = 6.123233995736766e-17;
        const double HalfPi3 = -1.4973849048591698e-33;
        var n = Math.FusedMultiplyAdd(high, 0.6366197723675814, RoundingShift) - RoundingShift;
        var r = Math.FusedMultiplyAdd(n, -HalfPi1, high);
        r += Math.FusedMultiplyAdd(n, -HalfPi2, low) - (n * HalfPi3);

        var z = r * r;
        var s = Math.FusedMultiplyAdd(1.5896860228737446e-10, z, -2.505075969289428e-08);
        s = Math.FusedMultiplyAdd(s, z, 2.755731370583204e-06);
        s = Math.FusedMultiplyAdd(s, z, -0.0001984126982986312);
        s = Math.FusedMultiplyAdd(s, z, 0.008333333333322512);
        s = Math.FusedMultiplyAdd(s, z, -0.16666666666666632);
        var sine = Math.FusedMultiplyAdd(r * z, s, r);

        var c = Math.FusedMultiplyAdd(-1.1361209966105508e-11, z, 2.0875756340181722e-09);
        c = Math.FusedMultiplyAdd(c, z, -2.755731462231689e-07);
        c = Math.FusedMultiplyAdd(c, z, 2.4801587290536862e-05);
        c = Math.FusedMultiplyAdd(c, z, -0.0013888888888876074);
        c = Math.FusedMultiplyAdd(c, z, 0.041666666666666616);
        var cosine = Math.FusedMultiplyAdd(z * z, c, Math.FusedMultiplyAdd(-0.5, z, 1));

        return ((long)n & 3) switch
        {
            0 => (sine, cosine),
            1 => (cosine, -sine),
            2 => (-sine, -cosine),
            _ => (-cosine, sine),
        };
    }

    private static double PowerOfTwo(int exponent) => BitConverter.Int64BitsToDouble((exponent + 1023L) << 52);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double LogOfNormal(double x, int extra, double correction)
    {
        const long SqrtHalfBits = 0x3FE6A09E667F3BCD;
        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (bits - SqrtHalfBits) >> 52;
        var f = BitConverter.Int64BitsToDouble(bits - (exponent << 52)) - 1;
        var n = (double)(exponent + extra);

        // ln(1 + f) = 2 atanh(s), s = f / (2 + f); with h = f²/2 this is f - h + s (h + z p(z)), z = s².
        var s = f / (2 + f);
        var z = s * s;
        var p = Math.FusedMultiplyAdd(0.14792622690964344, z, 0.15314415290483568);
        p = Math.FusedMultiplyAdd(p, z, 0.1818354851151486);
        p = Math.FusedMultiplyAdd(p, z, 0.22222198916096803);
        p = Math.FusedMultiplyAdd(p, z, 0.2857142873853355);
        p = Math.FusedMultiplyAdd(p, z, 0.39999999999435415);
        p = Math.FusedMultiplyAdd(p, z, 0.6666666666666731);
        var h = 0.5 * f * f;
        var rest = Math.FusedMultiplyAdd(n, Ln2CutRest, correction);
        rest = Math.FusedMultiplyAdd(s, Math.FusedMultiplyAdd(p, z, h), rest);
        return Math.FusedMultiplyAdd(n, Ln2Cut, f - (h - rest));
    }
}
