using System.Numerics;

namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>
/// f64 arithmetic: PTX ISA "Floating-Point Instructions". <c>.rn</c> is the processor's own; the directed modes, which no hot path uses, are
/// computed exactly and rounded once. NaN results are 7fffffffffffffff: the ISA leaves the payload open, one pattern keeps runs comparable.
/// </summary>
public static class F64
{
    /// <summary>The NaN of every f64 result.</summary>
    public static readonly double NaN = BitConverter.UInt64BitsToDouble(0x7FFFFFFFFFFFFFFF);

    /// <summary>A NaN becomes the canonical one, anything else stays.</summary>
    public static double Canonical(double value) => double.IsNaN(value) ? NaN : value;

    /// <summary><c>.sat</c> is f32 only; f64 has it on cvt: clamped to [0, 1], NaN and -0 become +0.</summary>
    public static double Saturate(double value) => value > 0 ? Math.Min(value, 1) : 0;

    /// <summary>a + b.</summary>
    public static double Add(double a, double b, Rounding mode = Rounding.NearestEven) => MultiplyAdd(a, 1, b, mode);

    /// <summary>a - b.</summary>
    public static double Subtract(double a, double b, Rounding mode = Rounding.NearestEven) => Add(a, -b, mode);

    /// <summary>a · b.</summary>
    public static double Multiply(double a, double b, Rounding mode = Rounding.NearestEven)
    {
        var near = a * b;
        if (mode == Rounding.NearestEven || !double.IsFinite(a) || !double.IsFinite(b) || a == 0 || b == 0)
        {
            return Canonical(near);
        }

        var (x, y) = (Parts(a), Parts(b));
        return Round(double.IsNegative(near), (UInt128)x.Significand * y.Significand, x.Exponent + y.Exponent, false, mode);
    }

    /// <summary>a · b + c, rounded once.</summary>
    public static double MultiplyAdd(double a, double b, double c, Rounding mode = Rounding.NearestEven)
    {
        if (mode == Rounding.NearestEven || !double.IsFinite(a) || !double.IsFinite(b) || !double.IsFinite(c))
        {
            return Canonical(b == 1 ? a + c : Math.FusedMultiplyAdd(a, b, c));
        }

        var (x, y, z) = (Parts(a), Parts(b), Parts(c));
        var productExponent = x.Exponent + y.Exponent;
        var exponent = Math.Min(productExponent, z.Exponent);
        var product = ((BigInteger)x.Significand * y.Significand) << (productExponent - exponent);
        var addend = (BigInteger)z.Significand << (z.Exponent - exponent);
        var negative = double.IsNegative(a) != double.IsNegative(b);
        var sum = (negative ? -product : product) + (double.IsNegative(c) ? -addend : addend);
        if (sum.IsZero)
        {
            // Two zeros of one sign keep it; otherwise -0 only toward minus infinity (IEEE 754 section 6.3).
            return (negative == double.IsNegative(c) ? negative : mode == Rounding.Down) ? -0.0 : 0.0;
        }

        var magnitude = BigInteger.Abs(sum);
        var excess = Math.Max((int)magnitude.GetBitLength() - 64, 0);
        var upper = magnitude >> excess;
        return Round(sum.Sign < 0, (ulong)upper, exponent + excess, upper << excess != magnitude, mode);
    }

    /// <summary>a / b.</summary>
    public static double Divide(double a, double b, Rounding mode = Rounding.NearestEven)
    {
        var near = a / b;
        if (mode == Rounding.NearestEven || !double.IsFinite(a) || !double.IsFinite(b) || a == 0 || b == 0)
        {
            return Canonical(near);
        }

        var (x, y) = (Parts(a), Parts(b));
        var shift = BitOperations.LeadingZeroCount(x.Significand) + 63;
        var (quotient, remainder) = UInt128.DivRem((UInt128)x.Significand << shift, y.Significand);
        return Round(double.IsNegative(near), quotient, x.Exponent - y.Exponent - shift, remainder != 0, mode);
    }

    /// <summary>1 / a.</summary>
    public static double Reciprocal(double a, Rounding mode = Rounding.NearestEven) => Divide(1, a, mode);

    /// <summary>The square root.</summary>
    public static double SquareRoot(double a, Rounding mode = Rounding.NearestEven)
    {
        var near = Math.Sqrt(a);
        if (mode == Rounding.NearestEven || !double.IsFinite(near) || near == 0)
        {
            return Canonical(near);
        }

        // Scaled by an even power of two into [1, 4), the residual is exact and the root's last place is the same.
        var half = (Math.ILogB(a) - (Math.ILogB(a) & 1)) / 2;
        var scaled = Math.ScaleB(a, -2 * half);
        var root = Math.Sqrt(scaled);
        var error = Math.FusedMultiplyAdd(-root, root, scaled);
        var (below, above) = error < 0 ? (Math.BitDecrement(root), root) : (root, error > 0 ? Math.BitIncrement(root) : root);
        return Math.ScaleB(mode == Rounding.Up ? above : below, half);
    }

    private static (ulong Significand, int Exponent) Parts(double value)
    {
        var bits = BitConverter.DoubleToUInt64Bits(value);
        var field = (int)(bits >> 52) & 0x7FF;
        var fraction = bits & 0xFFFFFFFFFFFFF;
        return field == 0 ? (fraction, -1074) : (fraction | 1UL << 52, field - 1075);
    }

    private static double Round(bool negative, UInt128 significand, int exponent, bool sticky, Rounding mode) =>
        BitConverter.UInt64BitsToDouble(SoftRounder.Round(FloatFormat.F64, negative, significand, exponent, sticky, mode));
}
