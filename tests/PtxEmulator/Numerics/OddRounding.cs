namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>
/// Exact operations of narrow operands, held in a double rounded to odd: a later rounding to a format of at most 51 bits gives what rounding
/// the exact value once would (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd").
/// Operands are f32 or narrower, so nothing here overflows or leaves the normal range of a double.
/// </summary>
internal static class OddRounding
{
    public static double Add(double a, double b)
    {
        var sum = a + b;
        if (!double.IsFinite(sum))
        {
            return sum;
        }

        var shadow = sum - a;
        return ToOdd(sum, (a - (sum - shadow)) + (b - shadow));
    }

    /// <summary>The product of two f32 values is exact in a double.</summary>
    public static double MultiplyAdd(double a, double b, double c) => Add(a * b, c);

    public static double Divide(double a, double b)
    {
        var quotient = a / b;
        if (!double.IsFinite(quotient) || quotient == 0 || double.IsInfinity(b))
        {
            return quotient;
        }

        var residual = Math.FusedMultiplyAdd(-quotient, b, a);
        return ToOdd(quotient, b < 0 ? -residual : residual);
    }

    public static double SquareRoot(double a)
    {
        var root = Math.Sqrt(a);
        return root > 0 && double.IsFinite(root) ? ToOdd(root, Math.FusedMultiplyAdd(-root, root, a)) : root;
    }

    /// <summary>Of the two doubles around value + error, the one whose last bit is one; value where the error is zero.</summary>
    private static double ToOdd(double value, double error)
    {
        var bits = BitConverter.DoubleToUInt64Bits(value);
        if (error == 0 || (bits & 1) != 0)
        {
            return value;
        }

        return BitConverter.UInt64BitsToDouble(error > 0 == value > 0 ? bits + 1 : bits - 1);
    }
}
