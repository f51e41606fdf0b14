using System.Numerics;
using PlamoNative.PtxEmulator.Numerics;

namespace PlamoNative.PtxEmulator.Tests.Numerics;

/// <summary>An exact dyadic number, significand · 2^exponent, and its rounding by comparing neighbors: nothing shared with what it tests.</summary>
internal readonly record struct ExactValue(BigInteger Significand, int Exponent)
{
    public bool IsZero => Significand.IsZero;

    public int Sign => Significand.Sign;

    public static ExactValue Of(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var field = (int)(bits >> 52) & 0x7FF;
        var magnitude = (bits & 0xFFFFFFFFFFFFF) | (field == 0 ? 0 : 1L << 52);
        return new(bits < 0 ? -magnitude : magnitude, Math.Max(field, 1) - 1075);
    }

    public static ExactValue operator +(ExactValue a, ExactValue b)
    {
        var exponent = Math.Min(a.Exponent, b.Exponent);
        return new((a.Significand << (a.Exponent - exponent)) + (b.Significand << (b.Exponent - exponent)), exponent);
    }

    public static ExactValue operator -(ExactValue a, ExactValue b) => a + new ExactValue(-b.Significand, b.Exponent);

    public static ExactValue operator *(ExactValue a, ExactValue b) => new(a.Significand * b.Significand, a.Exponent + b.Exponent);

    /// <summary>The nearest patterns below and above by binary search over the patterns, then the mode's choice.</summary>
    public ulong Round(FloatFormat format, Rounding mode)
    {
        var magnitude = new ExactValue(BigInteger.Abs(Significand), Exponent);
        var (low, high) = (0UL, format.LargestFinite + 1);
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            (low, high) = (ValueOf(format, middle) - magnitude).Sign <= 0 ? (middle, high) : (low, middle);
        }

        var negative = Significand.Sign < 0;
        var sign = negative ? format.SignBit : 0;
        if ((ValueOf(format, low) - magnitude).IsZero)
        {
            return sign | low;
        }

        // The pattern after the largest finite one stands for the value it would have, which is what IEEE 754 rounds overflow by.
        var above = mode switch
        {
            Rounding.Zero => false,
            Rounding.Down => negative,
            Rounding.Up => !negative,
            _ => (magnitude + magnitude - ValueOf(format, low) - ValueOf(format, high)).Sign is var side && (side > 0 || (side == 0 && low % 2 == 1)),
        };
        return sign | (above ? high > format.LargestFinite ? format.Infinity : high : low);
    }

    private static ExactValue ValueOf(FloatFormat format, ulong pattern)
    {
        var field = (int)(pattern >> format.FractionBits);
        var fraction = pattern & ((1UL << format.FractionBits) - 1);
        return new(fraction | (field == 0 ? 0 : 1UL << format.FractionBits), Math.Max(field, 1) - format.Bias - format.FractionBits);
    }
}
