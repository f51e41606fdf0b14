namespace PlamoNative.Kernels;

/// <summary>Functions in float64 that only the general operators use.</summary>
internal static class DoubleFunctions
{
    /// <summary>Hyperbolic tangent: a continued fraction below 0.5, from exp above.</summary>
    public static double Tanh(double x)
    {
        var t = Math.Abs(x);
        if (t < 0.5)
        {
            // x / (1 + x² / (3 + x² / (5 + …
            var square = x * x;
            var fraction = 17.0;
            for (var n = 15; n > 0; n -= 2)
            {
                fraction = n + (square / fraction);
            }

            return x / fraction;
        }

        var y = 1 - (2 / (DoubleMath.Exp(2 * t) + 1));
        return x < 0 ? -y : y;
    }

    /// <summary>x to a constant power: whole exponents up to 64 by multiplication (so x may be negative), others as exp(p ln x), which is NaN below 0.</summary>
    public static double Power(double x, double exponent)
    {
        if (IsWhole(exponent))
        {
            var (power, factor) = (1.0, x);
            for (var n = (int)Math.Abs(exponent); n > 0; n >>= 1)
            {
                power = (n & 1) == 1 ? power * factor : power;
                factor *= factor;
            }

            return exponent < 0 ? 1 / power : power;
        }

        return DoubleMath.Exp(exponent * DoubleMath.Log(x));
    }

    /// <summary>Whether a power is by multiplication.</summary>
    public static bool IsWhole(double exponent) => Math.Abs(exponent) <= 64 && Math.Floor(exponent) == exponent;
}
