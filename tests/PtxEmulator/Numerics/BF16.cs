namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>bf16 arithmetic on bit patterns: PTX ISA "Half Precision Floating-Point Instructions". Exact, then rounded once (<c>.rn</c>); NaN is 7fff.</summary>
public static class BF16
{
    /// <summary>Exact; NaN becomes 7fffffff.</summary>
    public static float ToSingle(ushort bits) => F32.Canonical(BitConverter.UInt32BitsToSingle((uint)bits << 16));

    /// <summary>One rounding of a double; <paramref name="saturate"/> is <c>.satfinite</c>.</summary>
    public static ushort FromDouble(double value, Rounding mode = Rounding.NearestEven, bool saturate = false)
    {
        // Most values are floats: half of the dropped bits (less one where the kept one is even) carries into the kept ones.
        var single = (float)value;
        if (mode == Rounding.NearestEven && !saturate && single == value)
        {
            var bits = BitConverter.SingleToUInt32Bits(single);
            return (ushort)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
        }

        return (ushort)SoftRounder.Round(FloatFormat.BF16, value, mode, saturate);
    }

    /// <summary>a + b.</summary>
    public static ushort Add(ushort a, ushort b) => FromDouble(OddRounding.Add(ToSingle(a), ToSingle(b)));

    /// <summary>a - b.</summary>
    public static ushort Subtract(ushort a, ushort b) => FromDouble(OddRounding.Add(ToSingle(a), -ToSingle(b)));

    /// <summary>a · b, exact in a double before the rounding.</summary>
    public static ushort Multiply(ushort a, ushort b) => FromDouble((double)ToSingle(a) * ToSingle(b));

    /// <summary>a · b + c.</summary>
    public static ushort MultiplyAdd(ushort a, ushort b, ushort c) => FromDouble(OddRounding.MultiplyAdd(ToSingle(a), ToSingle(b), ToSingle(c)));

    /// <summary><c>.relu</c>: negative values and -0 become +0, NaN the canonical one.</summary>
    public static ushort Relu(ushort bits) => (bits & 0x7FFF) > 0x7F80 ? (ushort)0x7FFF : bits >= 0x8000 ? (ushort)0 : bits;
}
