namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>A PTX integer type: its width and whether it is signed.</summary>
public readonly record struct IntegerType(int Bits, bool Signed)
{
    /// <summary>u8.</summary>
    public static readonly IntegerType U8 = new(8, false);

    /// <summary>s8.</summary>
    public static readonly IntegerType S8 = new(8, true);

    /// <summary>u16.</summary>
    public static readonly IntegerType U16 = new(16, false);

    /// <summary>s16.</summary>
    public static readonly IntegerType S16 = new(16, true);

    /// <summary>u32.</summary>
    public static readonly IntegerType U32 = new(32, false);

    /// <summary>s32.</summary>
    public static readonly IntegerType S32 = new(32, true);

    /// <summary>u64.</summary>
    public static readonly IntegerType U64 = new(64, false);

    /// <summary>s64.</summary>
    public static readonly IntegerType S64 = new(64, true);

    /// <summary>The bits of the type's width.</summary>
    public ulong Mask => ulong.MaxValue >> (64 - Bits);

    /// <summary>The smallest value as a 64-bit pattern (sign-extended).</summary>
    public long Minimum => Signed ? -1L << (Bits - 1) : 0;

    /// <summary>The largest value.</summary>
    public ulong Maximum => Signed ? Mask >> 1 : Mask;

    /// <summary>The low bits of a register, sign- or zero-extended to 64 as the type says.</summary>
    public long Extend(ulong register) => Signed ? (long)(register << (64 - Bits)) >> (64 - Bits) : (long)(register & Mask);
}
