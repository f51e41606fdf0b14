namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>How 16-byte pieces are permuted in shared memory; the values are those of a tensor map (a wgmma descriptor counts the other way).</summary>
public enum SharedSwizzle : byte
{
    /// <summary>In place.</summary>
    None,

    /// <summary>Address bit 4 by bit 7.</summary>
    Bytes32,

    /// <summary>Bits 4-5 by bits 7-8.</summary>
    Bytes64,

    /// <summary>Bits 4-6 by bits 7-9.</summary>
    Bytes128,
}

/// <summary>The permutation, a function of the whole shared address, not of an offset in a tile: PTX ISA "Tensor swizzling modes".</summary>
public static class SharedSwizzles
{
    /// <summary>The permuted address.</summary>
    public static uint Apply(SharedSwizzle swizzle, uint address) => address ^ (address >> 3 & ((1u << (int)swizzle) - 1) << 4);

    /// <summary>Width of the pattern's row: 16, 32, 64 or 128.</summary>
    public static int SpanBytes(SharedSwizzle swizzle) => 16 << (int)swizzle;
}
