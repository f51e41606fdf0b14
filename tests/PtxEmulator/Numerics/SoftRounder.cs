using System.Numerics;

namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>The one place where an exact value becomes a pattern of a format: every conversion and every emulated operation ends here.</summary>
public static class SoftRounder
{
    /// <summary>
    /// Rounds (-1)^negative · significand · 2^exponent once. IEEE 754 section 4.3 for the modes; subnormal results are produced, not flushed.
    /// </summary>
    /// <param name="format">The target.</param>
    /// <param name="negative">The sign; it is kept for a zero.</param>
    /// <param name="significand">An exact magnitude, or its upper bits when <paramref name="sticky"/>.</param>
    /// <param name="exponent">The weight of the significand's bit 0.</param>
    /// <param name="sticky">Something nonzero lies below bit 0; the significand then has at least two bits more than the target keeps.</param>
    /// <param name="mode">The rounding.</param>
    /// <param name="saturate"><c>.satfinite</c>: overflow gives the largest finite value.</param>
    public static ulong Round(in FloatFormat format, bool negative, ulong significand, int exponent, bool sticky, Rounding mode, bool saturate = false)
    {
        var sign = negative ? format.SignBit : 0;
        if (significand == 0)
        {
            return sign;
        }

        var top = 63 - BitOperations.LeadingZeroCount(significand) + exponent;
        var minimum = format.MinimumExponent;
        if (top > format.MaximumExponent)
        {
            return sign | Overflow(format, negative, mode, saturate);
        }

        var drop = Math.Max(top, minimum) - format.FractionBits - exponent;
        var kept = Cut(significand, drop, sticky, out var remainder);
        if (remainder != 0 && RoundsAway(mode, negative, kept, remainder))
        {
            kept++;
        }

        // A carry out of the fraction runs into the exponent by itself, and a subnormal may become the smallest normal number.
        var bits = kept + ((ulong)Math.Max(top - minimum, 0) << format.FractionBits);
        return sign | (bits > format.LargestFinite ? Overflow(format, negative, mode, saturate) : bits);
    }

    /// <summary>Rounds a double once: cvt from f32 or f64, and the end of an operation that <see cref="OddRounding"/> computed.</summary>
    public static ulong Round(in FloatFormat format, double value, Rounding mode, bool saturate = false)
    {
        var bits = BitConverter.DoubleToUInt64Bits(value);
        var negative = bits >> 63 != 0;
        var field = (int)(bits >> 52) & 0x7FF;
        var fraction = bits & 0xFFFFFFFFFFFFF;
        if (field == 0x7FF)
        {
            return fraction != 0 ? format.NaN : (negative ? format.SignBit : 0) | (saturate ? format.LargestFinite : format.Infinity);
        }

        return field == 0
            ? Round(format, negative, fraction, -1074, false, mode, saturate)
            : Round(format, negative, fraction | 1UL << 52, field - 1075, false, mode, saturate);
    }

    /// <summary>Rounds a 128-bit magnitude: its upper 64 bits, the rest as a sticky bit.</summary>
    public static ulong Round(in FloatFormat format, bool negative, UInt128 significand, int exponent, bool sticky, Rounding mode)
    {
        var excess = Math.Max(64 - (int)UInt128.LeadingZeroCount(significand), 0);
        var upper = (ulong)(significand >> excess);
        return Round(format, negative, upper, exponent + excess, sticky || (UInt128)upper << excess != significand, mode);
    }

    // remainder: 0 none, 1 below a half, 2 a half, 3 above.
    private static ulong Cut(ulong significand, int drop, bool sticky, out int remainder)
    {
        if (drop <= 0)
        {
            remainder = sticky ? 1 : 0;
            return significand << -drop;
        }

        if (drop > 64)
        {
            remainder = 1;
            return 0;
        }

        var half = 1UL << (drop - 1);
        var rest = drop == 64 ? significand : significand & ((half << 1) - 1);
        remainder = rest > half || (rest == half && sticky) ? 3 : rest == half ? 2 : rest != 0 || sticky ? 1 : 0;
        return drop == 64 ? 0 : significand >> drop;
    }

    private static bool RoundsAway(Rounding mode, bool negative, ulong kept, int remainder) => mode switch
    {
        Rounding.NearestEven => remainder == 3 || (remainder == 2 && (kept & 1) != 0),
        Rounding.NearestAway => remainder >= 2,
        Rounding.Down => negative,
        Rounding.Up => !negative,
        _ => false,
    };

    private static ulong Overflow(in FloatFormat format, bool negative, Rounding mode, bool saturate)
    {
        var finite = saturate || mode == Rounding.Zero || (mode == Rounding.Down && !negative) || (mode == Rounding.Up && negative);
        return finite ? format.LargestFinite : format.Infinity;
    }
}
