namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>2^x and log2 x in double, to about 40 bits: enough to be rounded to f32, quick, and the same bits on every machine.</summary>
internal static class PowersOfTwo
{
    private const double NaturalLogarithmOf2 = 0.6931471805599453;
    private static readonly double[] PowerSeries = Series(11);

    /// <summary>2^x: the integer part into the exponent, the rest (at most a half) by the exponential series.</summary>
    public static double Power(float x)
    {
        if (float.IsNaN(x))
        {
            return F64.NaN;
        }

        var clamped = Math.Clamp((double)x, -1000, 1000);
        var whole = Math.Round(clamped, MidpointRounding.ToEven);
        var rest = clamped - whole;
        var sum = PowerSeries[^1];
        for (var i = PowerSeries.Length - 2; i >= 0; i--)
        {
            sum = Math.FusedMultiplyAdd(sum, rest, PowerSeries[i]);
        }

        // Below 2^-1000 and above 2^1000 a float is zero and infinite anyway.
        return sum * BitConverter.Int64BitsToDouble((long)(1023 + whole) << 52);
    }

    /// <summary>log2 x by the series of the inverse hyperbolic tangent; of a zero -infinity, of a negative value NaN.</summary>
    public static double Logarithm(float x)
    {
        if (!(x > 0) || float.IsPositiveInfinity(x))
        {
            return x == 0 ? double.NegativeInfinity : x > 0 ? x : F64.NaN;
        }

        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (int)(bits >> 52) - 1023;
        var fraction = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFF) | 1023L << 52);
        if (fraction > 1.4142135623730951)
        {
            (fraction, exponent) = (fraction / 2, exponent + 1);
        }

        var ratio = (fraction - 1) / (fraction + 1);
        var square = ratio * ratio;
        var sum = 1.0 / 17;
        for (var divisor = 15; divisor >= 1; divisor -= 2)
        {
            sum = Math.FusedMultiplyAdd(sum, square, 1.0 / divisor);
        }

        return Math.FusedMultiplyAdd(2 / NaturalLogarithmOf2, ratio * sum, exponent);
    }

    private static double[] Series(int terms)
    {
        var coefficients = new double[terms];
        coefficients[0] = 1;
        for (var i = 1; i < terms; i++)
        {
            coefficients[i] = coefficients[i - 1] * NaturalLogarithmOf2 / i;
        }

        return coefficients;
    }
}
