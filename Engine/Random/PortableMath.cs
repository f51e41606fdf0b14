namespace PlamoNative.Engine;

/// <summary>
/// Elementary functions in float64 out of additions, multiplications, divisions and powers of two alone, in a fixed order: the same bits on every machine,
/// which a platform's own functions do not promise. Accurate to a few units in the last place.
/// </summary>
public static class PortableMath
{
    /// <summary>ln 2 in two parts: the first has its last 21 bits zero, so that a product with an exponent is exact.</summary>
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double HalfPi = 1.5707963267948966;
    private const double OneOverLn2 = 1.4426950408889634;
    private const int FractionBits = 52;
    private const int ExponentBias = 1023;

    /// <summary>1 / 23, 1 / 21, ..., 1 / 3: the series of artanh from its far end.</summary>
    private static ReadOnlySpan<double> ArtanhSeries =>
        [1.0 / 23, 1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13, 1.0 / 11, 1.0 / 9, 1.0 / 7, 1.0 / 5, 1.0 / 3];

    /// <summary>1 / 14!, 1 / 13!, ..., 1 / 1!, 1: the series of the exponential from its far end.</summary>
    private static ReadOnlySpan<double> ExpSeries =>
    [
        1.0 / 87178291200, 1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120,
        1.0 / 24, 1.0 / 6, 1.0 / 2, 1, 1,
    ];

    /// <summary>1 / 16!, -1 / 14!, ..., 1: the series of the cosine from its far end.</summary>
    private static ReadOnlySpan<double> CosSeries =>
        [1.0 / 20922789888000, -1.0 / 87178291200, 1.0 / 479001600, -1.0 / 3628800, 1.0 / 40320, -1.0 / 720, 1.0 / 24, -1.0 / 2, 1];

    /// <summary>1 / 17!, -1 / 15!, ..., 1: the series of sin(x) / x from its far end.</summary>
    private static ReadOnlySpan<double> SinSeries =>
        [1.0 / 355687428096000, -1.0 / 1307674368000, 1.0 / 6227020800, -1.0 / 39916800, 1.0 / 362880, -1.0 / 5040, 1.0 / 120, -1.0 / 6, 1];

    /// <summary>Natural logarithm: <c>x = 2^e m</c> with m in [sqrt(1/2), sqrt(2)), <c>log m = 2 artanh((m - 1) / (m + 1))</c> by its series.</summary>
    /// <returns>Minus infinity for 0, NaN for less.</returns>
    public static double Log(double x)
    {
        if (!(x > 0) || double.IsPositiveInfinity(x))
        {
            return x == 0 ? double.NegativeInfinity : x > 0 ? x : double.NaN;
        }

        var exponent = 0;
        if (x < 2.2250738585072014e-308)
        {
            x *= 1L << 54;
            exponent = -54;
        }

        var bits = BitConverter.DoubleToInt64Bits(x);
        exponent += (int)(bits >> FractionBits) - ExponentBias;
        var mantissa = BitConverter.Int64BitsToDouble((bits & ((1L << FractionBits) - 1)) | ((long)ExponentBias << FractionBits));
        if (mantissa > 1.4142135623730951)
        {
            mantissa *= 0.5;
            exponent++;
        }

        var s = (mantissa - 1) / (mantissa + 1);
        var s2 = s * s;
        var sum = Horner(ArtanhSeries, s2) * s2;
        return (exponent * Ln2High) + ((2 * s) + ((2 * s * sum) + (exponent * Ln2Low)));
    }

    /// <summary>Exponential: <c>x = n ln 2 + r</c>, <c>e^r</c> by its series.</summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x) || x > 709.8 || x < -745.2)
        {
            return double.IsNaN(x) ? x : x > 0 ? double.PositiveInfinity : 0;
        }

        var n = Math.Floor((x * OneOverLn2) + 0.5);
        var r = (x - (n * Ln2High)) - (n * Ln2Low);
        var power = Horner(ExpSeries, r);
        return Math.Abs(n) < ExponentBias
            ? power * BitConverter.Int64BitsToDouble((long)(n + ExponentBias) << FractionBits)
            : Math.ScaleB(power, (int)n);
    }

    /// <summary>Sine and cosine of a share of a full turn: the angle 2π · <paramref name="turns"/>, <paramref name="turns"/> in [0, 1).</summary>
    public static (double Sin, double Cos) SinCosOfTurns(double turns)
    {
        // The nearest quarter turn is taken off exactly; the rest lies within an eighth of a turn.
        var quarter = Math.Floor((turns * 4) + 0.5);
        var angle = ((turns * 4) - quarter) * HalfPi;
        var a2 = angle * angle;
        var sin = Horner(SinSeries, a2) * angle;
        var cos = Horner(CosSeries, a2);
        return ((int)quarter & 3) switch
        {
            0 => (sin, cos),
            1 => (cos, -sin),
            2 => (-sin, -cos),
            _ => (-cos, sin),
        };
    }

    /// <summary>A polynomial, highest coefficient first; each step is rounded twice, never fused.</summary>
    private static double Horner(ReadOnlySpan<double> coefficients, double x)
    {
        var sum = coefficients[0];
        foreach (var coefficient in coefficients[1..])
        {
            sum = (sum * x) + coefficient;
        }

        return sum;
    }
}
