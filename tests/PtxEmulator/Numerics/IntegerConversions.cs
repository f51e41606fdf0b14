namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>
/// cvt to, from and between integers: PTX ISA "cvt". To an integer every float conversion clamps to the target's range (saturation is implied);
/// NaN gives 0, but 1 &lt;&lt; (bits - 1) where the source is f64 or the target has 64 bits.
/// </summary>
public static class IntegerConversions
{
    /// <summary>A float value rounded to an integer (<c>.rni .rzi .rmi .rpi</c>) and clamped; the result's bits above the type are zero.</summary>
    public static ulong FromFloat(double value, IntegerType to, Rounding mode, bool sourceIsF64)
    {
        if (double.IsNaN(value))
        {
            return sourceIsF64 || to.Bits == 64 ? 1UL << (to.Bits - 1) : 0;
        }

        var rounded = RoundToIntegral(value, mode);
        var limit = Math.ScaleB(1, to.Signed ? to.Bits - 1 : to.Bits);
        if (rounded >= limit)
        {
            return to.Maximum;
        }

        if (!to.Signed)
        {
            return rounded <= 0 ? 0 : (ulong)rounded;
        }

        return (rounded < -limit ? (ulong)to.Minimum : (ulong)(long)rounded) & to.Mask;
    }

    /// <summary>cvt.rni.f32.f32 and its kind: a float rounded to an integral value, in its own type; the sign of zero stays.</summary>
    public static double RoundToIntegral(double value, Rounding mode) => mode switch
    {
        Rounding.NearestEven => Math.Round(value, MidpointRounding.ToEven),
        Rounding.Zero => Math.Truncate(value),
        Rounding.Down => Math.Floor(value),
        Rounding.Up => Math.Ceiling(value),
        _ => Math.Round(value, MidpointRounding.AwayFromZero),
    };

    /// <summary>An integer as a pattern of a float format, rounded once.</summary>
    public static ulong ToFloat(in FloatFormat format, ulong register, IntegerType from, Rounding mode)
    {
        var value = from.Extend(register);
        var negative = from.Signed && value < 0;
        return SoftRounder.Round(format, negative, negative ? (ulong)-value : (ulong)value, 0, false, mode);
    }

    /// <summary>cvt.{rn,rz,rm,rp}.f32 of an integer.</summary>
    public static float ToSingle(ulong register, IntegerType from, Rounding mode)
    {
        var value = from.Extend(register);
        return mode == Rounding.NearestEven && (from.Signed || value >= 0)
            ? value
            : BitConverter.UInt32BitsToSingle((uint)ToFloat(FloatFormat.F32, register, from, mode));
    }

    /// <summary>cvt.{rn,rz,rm,rp}.f64 of an integer.</summary>
    public static double ToDouble(ulong register, IntegerType from, Rounding mode)
    {
        var value = from.Extend(register);
        return from.Bits <= 32 ? value : BitConverter.UInt64BitsToDouble(ToFloat(FloatFormat.F64, register, from, mode));
    }

    /// <summary>An integer in another integer type: extended or cut, or with <c>.sat</c> clamped; the result's bits above the type are zero.</summary>
    public static ulong Convert(ulong register, IntegerType from, IntegerType to, bool saturate = false)
    {
        var value = from.Extend(register);
        if (saturate)
        {
            if (from.Signed && value < 0)
            {
                value = Math.Max(value, to.Minimum);
            }
            else if ((ulong)value > to.Maximum)
            {
                value = (long)to.Maximum;
            }
        }

        return (ulong)value & to.Mask;
    }
}
