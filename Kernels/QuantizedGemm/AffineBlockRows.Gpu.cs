using ILGPU;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>What Q4_K and Q5_K share (<see cref="KQuantScales"/>): a header of 16 bytes with half d, half dmin, eight scales and eight minima of six bits.</summary>
internal static class AffineBlock
{
    /// <summary>d · scale and -dmin · minimum of the 32 values <paramref name="j"/>; both exact.</summary>
    public static Float2 Scale(UInt4 header, int j)
    {
        // Sub-blocks 0-3 have their six bits in one byte; 4-7 four in a nibble of the last word and two on top of the bytes of 0-3.
        var shift = 8 * (j & 3);
        var low = j < 4;
        var scale = low ? (header.Y >> shift) & 63 : ((header.W >> shift) & 15) | (((header.Y >> shift) & 0xC0) >> 2);
        var minimum = low ? (header.Z >> shift) & 63 : ((header.W >> (shift + 4)) & 15) | (((header.Z >> shift) & 0xC0) >> 2);
        return new Float2(Conversions.HalfLow(header.X) * BlockCode.ToFloat(scale, 0), -Conversions.HalfHigh(header.X) * BlockCode.ToFloat(minimum, 0));
    }

    /// <summary>code · scale + minimum of the codes in four bytes, rounded once.</summary>
    public static Float4 Four(uint codes, Float2 scale) => new(
        One(codes & 255, scale), One((codes >> 8) & 255, scale), One((codes >> 16) & 255, scale), One(codes >> 24, scale));

    private static float One(uint code, Float2 scale) => FastMath.Fma(BlockCode.ToFloat(code, 0), scale.X, scale.Y);
}

/// <summary>Rows of Q4_K blocks of 144 bytes, read as 32-bit words: header, then 128 bytes of codes, 64 values in each 32: lower nibbles first.</summary>
internal readonly struct Q4_KRows : IStoredRows<uint>
{
    private const int Words = 36;
    private const int Codes = 4;

    /// <inheritdoc/>
    public static Float8 Eight(ArrayView<uint> values, long row, int first, int valid, bool isAligned)
    {
        if (valid <= 0)
        {
            return default;
        }

        var block = row + ((long)(first >> 8) * Words);
        var j = (first & 255) >> 5;
        var codes = values.Cast<UInt2>()[(block + Codes + (8 * (j >> 1)) + ((first & 31) >> 2)) >> 1];
        var scale = AffineBlock.Scale(values.Cast<UInt4>()[block >> 2], j);
        var shift = 4 * (j & 1);
        return new Float8(AffineBlock.Four((codes.X >> shift) & 0x0F0F0F0F, scale), AffineBlock.Four((codes.Y >> shift) & 0x0F0F0F0F, scale));
    }
}

/// <summary>Rows of Q5_K blocks of 176 bytes, read as 32-bit words: header, 32 bytes whose bit j is the fifth of sub-block j, then nibbles as in Q4_K.</summary>
internal readonly struct Q5_KRows : IStoredRows<uint>
{
    private const int Words = 44;
    private const int Fifth = 4;
    private const int Codes = 12;

    /// <inheritdoc/>
    public static Float8 Eight(ArrayView<uint> values, long row, int first, int valid, bool isAligned)
    {
        if (valid <= 0)
        {
            return default;
        }

        var block = row + ((long)(first >> 8) * Words);
        var j = (first & 255) >> 5;
        var word = (first & 31) >> 2;
        var pairs = values.Cast<UInt2>();
        var codes = pairs[(block + Codes + (8 * (j >> 1)) + word) >> 1];
        var fifth = pairs[(block + Fifth + word) >> 1];
        var scale = AffineBlock.Scale(values.Cast<UInt4>()[block >> 2], j);
        var shift = 4 * (j & 1);
        return new Float8(
            AffineBlock.Four(((codes.X >> shift) & 0x0F0F0F0F) | (((fifth.X >> j) & 0x01010101) << 4), scale),
            AffineBlock.Four(((codes.Y >> shift) & 0x0F0F0F0F) | (((fifth.Y >> j) & 0x01010101) << 4), scale));
    }
}
