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

    /// <summary>Natural logarithm: <c>x = 2^e m</c> with m in [sqrt(1/2), sqrt(2)), <c>log m = 2 artanh((m - 1) / (m + 1))</c> by its series.</summary>
    /// <returns>Minus infinity for 0, NaN for less.</returns>
    public static double Log(double x)
    {
        if (!(x > 0) || double.IsPositiveInfinity(x))
        {
            return x == 0 ? double.NegativeInfinity : x > 0 ? x : double.NaN;
        }

        var exponent = Math.ILogB(x);
        var mantissa = Math.ScaleB(x, -exponent);
        if (mantissa > 1.4142135623730951)
        {
            mantissa *= 0.5;
            exponent++;
        }

        var s = (mantissa - 1) / (mantissa + 1);
        var s2 = s * s;
        var sum = 0.0;
        for (var k = 23; k >= 3; k -= 2)
        {
            sum = (sum + (1.0 / k)) * s2;
        }

        return (exponent * Ln2High) + ((2 * s) + ((2 * s * sum) + (exponent * Ln2Low)));
    }

    /// <summary>Exponential: <c>x = n ln 2 + r</c>, <c>e^r</c> by its series.</summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x) || x > 709.8 || x < -745.2)
        {
            return double.IsNaN(x) ? x : x > 0 ? double.PositiveInfinity : 0;
        }

        var n = Math.Floor((x / 0.6931471805599453) + 0.5);
        var r = (x - (n * Ln2High)) - (n * Ln2Low);
        var sum = 1.0;
        for (var k = 14; k >= 1; k--)
        {
            sum = 1 + (sum * r / k);
        }

        return Math.ScaleB(sum, (int)n);
    }

    /// <summary>Sine and cosine of a share of a full turn: the angle 2π · <paramref name="turns"/>, <paramref name="turns"/> in [0, 1).</summary>
    public static (double Sin, double Cos) SinCosOfTurns(double turns)
    {
        // The nearest quarter turn is taken off exactly; the rest lies within an eighth of a turn.
        var quarter = Math.Floor((turns * 4) + 0.5);
        var angle = ((turns * 4) - quarter) * HalfPi;
        var a2 = angle * angle;
        var sin = 1.0;
        var cos = 1.0;
        for (var k = 16; k >= 2; k -= 2)
        {
            cos = 1 - (cos * a2 / (k * (k - 1)));
            sin = 1 - (sin * a2 / (k * (k + 1)));
        }

        sin *= angle;
        return ((int)quarter & 3) switch
        {
            0 => (sin, cos),
            1 => (cos, -sin),
            2 => (-sin, -cos),
            _ => (-cos, sin),
        };
    }
}
