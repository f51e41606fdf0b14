namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>f16 arithmetic on bit patterns: PTX ISA "Half Precision Floating-Point Instructions". Exact, then rounded once (<c>.rn</c>); NaN is 7fff.</summary>
public static class F16
{
    /// <summary>Exact; NaN becomes 7fffffff.</summary>
    public static float ToSingle(ushort bits) => F32.Canonical((float)BitConverter.UInt16BitsToHalf(bits));

    /// <summary>One rounding of a double; <paramref name="saturate"/> is <c>.satfinite</c>.</summary>
    public static ushort FromDouble(double value, Rounding mode = Rounding.NearestEven, bool saturate = false) =>
        mode == Rounding.NearestEven && !saturate && !double.IsNaN(value)
            ? BitConverter.HalfToUInt16Bits((Half)value)
            : (ushort)SoftRounder.Round(FloatFormat.F16, value, mode, saturate);

    /// <summary>a + b, exact in a double before the rounding.</summary>
    public static ushort Add(ushort a, ushort b) => FromDouble((double)ToSingle(a) + ToSingle(b));

    /// <summary>a - b.</summary>
    public static ushort Subtract(ushort a, ushort b) => FromDouble((double)ToSingle(a) - ToSingle(b));

    /// <summary>a · b.</summary>
    public static ushort Multiply(ushort a, ushort b) => FromDouble((double)ToSingle(a) * ToSingle(b));

    /// <summary>a · b + c.</summary>
    public static ushort MultiplyAdd(ushort a, ushort b, ushort c) => FromDouble(OddRounding.MultiplyAdd(ToSingle(a), ToSingle(b), ToSingle(c)));

    /// <summary><c>.ftz</c>: a subnormal pattern becomes zero of its sign.</summary>
    public static ushort Flush(ushort bits) => (bits & 0x7C00) == 0 ? (ushort)(bits & 0x8000) : bits;

    /// <summary><c>.sat</c>: clamped to [0, 1]; NaN and -0 become +0.</summary>
    public static ushort Saturate(ushort bits) => bits is > 0 and <= 0x7C00 ? Math.Min(bits, (ushort)0x3C00) : (ushort)0;

    /// <summary><c>.relu</c>: negative values and -0 become +0, NaN the canonical one.</summary>
    public static ushort Relu(ushort bits) => (bits & 0x7FFF) > 0x7C00 ? (ushort)0x7FFF : bits >= 0x8000 ? (ushort)0 : bits;
}
