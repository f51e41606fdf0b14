namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>
/// A binary format: sign, exponent, fraction, from high to low. PTX ISA, "Fundamental Types" and "Alternate Floating-Point Data Formats".
/// <paramref name="Infinity"/> is the magnitude that an overflow yields (e4m3 has no infinity: its NaN), <paramref name="NaN"/> the canonical NaN.
/// </summary>
public readonly record struct FloatFormat(int ExponentBits, int FractionBits, ulong LargestFinite, ulong Infinity, ulong NaN)
{
    /// <summary>8 bits, no infinity; the largest finite value is 448.</summary>
    public static readonly FloatFormat E4M3 = new(4, 3, 0x7E, 0x7F, 0x7F);

    /// <summary>8 bits, IEEE-like; the largest finite value is 57344.</summary>
    public static readonly FloatFormat E5M2 = new(5, 2, 0x7B, 0x7C, 0x7F);

    /// <summary>IEEE half precision.</summary>
    public static readonly FloatFormat F16 = new(5, 10, 0x7BFF, 0x7C00, 0x7FFF);

    /// <summary>The upper half of a float32.</summary>
    public static readonly FloatFormat BF16 = new(8, 7, 0x7F7F, 0x7F80, 0x7FFF);

    /// <summary>The 19 bits of a tf32; its register holds them in bits 31..13.</summary>
    public static readonly FloatFormat TF32 = new(8, 10, 0x3FBFF, 0x3FC00, 0x3FFFF);

    /// <summary>What fp8 products leave a tensor core as: float32 whose fraction ends after 13 bits; bits 31..10 of the register.</summary>
    public static readonly FloatFormat E8M13 = new(8, 13, 0x1FDFFF, 0x1FE000, 0x1FFFFF);

    /// <summary>IEEE single precision.</summary>
    public static readonly FloatFormat F32 = new(8, 23, 0x7F7FFFFF, 0x7F800000, 0x7FFFFFFF);

    /// <summary>IEEE double precision.</summary>
    public static readonly FloatFormat F64 = new(11, 52, 0x7FEFFFFFFFFFFFFF, 0x7FF0000000000000, 0x7FFFFFFFFFFFFFFF);

    /// <summary>What is added to an exponent before it is stored.</summary>
    public int Bias => (1 << (ExponentBits - 1)) - 1;

    /// <summary>The exponent of the smallest normal number, which subnormal ones share.</summary>
    public int MinimumExponent => 1 - Bias;

    /// <summary>The exponent of the largest finite value; e4m3 uses the field that others keep for infinity.</summary>
    public int MaximumExponent => (int)(LargestFinite >> FractionBits) - Bias;

    /// <summary>The sign's bit.</summary>
    public ulong SignBit => 1UL << (ExponentBits + FractionBits);
}
