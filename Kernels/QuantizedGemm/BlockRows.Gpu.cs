using ILGPU;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>Codes as numbers.</summary>
internal static class BlockCode
{
    /// <summary>code - offset, exactly, for codes below 2^23: placed as the fraction of 2^23 and subtracted, since a conversion has a quarter of an addition's rate.</summary>
    public static float ToFloat(uint code, int offset) => FastMath.Subtract(FastMath.FromBits(0x4B000000u | code), 8388608f + offset);
}

/// <summary>
/// Rows of Q8_0 blocks, read as 16-bit words since a block has 34 bytes: a half d, then 32 signed codes; value = d · code, exact. The number of valid values is a whole number of
/// blocks: eight are there or none.
/// </summary>
internal readonly struct Q8_0Rows : IStoredRows<ushort>
{
    private const int Words = 17;

    /// <inheritdoc/>
    public static Float8 Eight(ArrayView<ushort> values, long row, int first, int valid, bool isAligned)
    {
        if (valid <= 0)
        {
            return default;
        }

        var block = row + ((long)(first >> 5) * Words);
        var codes = block + 1 + ((first & 31) >> 1);
        var d = Conversions.HalfToFloat(values[block]);
        return new Float8(
            Four(values[codes], values[codes + 1], d),
            Four(values[codes + 2], values[codes + 3], d));
    }

    private static Float4 Four(uint low, uint high, float d)
        => new(Signed(low) * d, Signed(low >> 8) * d, Signed(high) * d, Signed(high >> 8) * d);

    private static float Signed(uint code) => BlockCode.ToFloat((code & 255) ^ 128, 128);
}

/// <summary>
/// Rows of Q4_0 blocks of 18 bytes, read as 16-bit words: a half d, then 16 bytes whose lower nibbles are codes 0 … 15 and upper nibbles codes 16 … 31; value = d · (code - 8), exact.
/// </summary>
internal readonly struct Q4_0Rows : IStoredRows<ushort>
{
    private const int Words = 9;

    /// <inheritdoc/>
    public static Float8 Eight(ArrayView<ushort> values, long row, int first, int valid, bool isAligned)
    {
        if (valid <= 0)
        {
            return default;
        }

        var block = row + ((long)(first >> 5) * Words);
        var codes = block + 1 + ((first & 15) >> 1);
        var shift = (first & 16) >> 2;
        var d = Conversions.HalfToFloat(values[block]);
        var low = (values[codes] | ((uint)values[codes + 1] << 16)) >> shift;
        var high = (values[codes + 2] | ((uint)values[codes + 3] << 16)) >> shift;
        return new Float8(Four(low, d), Four(high, d));
    }

    private static Float4 Four(uint bytes, float d)
        => new(Code(bytes) * d, Code(bytes >> 8) * d, Code(bytes >> 16) * d, Code(bytes >> 24) * d);

    private static float Code(uint nibble) => BlockCode.ToFloat(nibble & 15, 8);
}

/// <summary>
/// Rows of Q6_K blocks of 210 bytes, read as 16-bit words: 128 bytes of lower nibbles, 64 of upper pairs of bits, 16 signed scales, a half d; value = (d · scale) · (code - 32), exact.
/// </summary>
internal readonly struct Q6_KRows : IStoredRows<ushort>
{
    private const int Words = 105;
    private const int HighPairs = 64;
    private const int Scales = 96;
    private const int D = 104;

    /// <inheritdoc/>
    public static Float8 Eight(ArrayView<ushort> values, long row, int first, int valid, bool isAligned)
    {
        if (valid <= 0)
        {
            return default;
        }

        var block = row + ((long)(first >> 8) * Words);
        var i = first & 255;
        var half = i >> 7;
        var group = (i >> 5) & 3;
        var word = (i & 31) >> 1;
        var low = block + (32 * half) + (16 * (group & 1)) + word;
        var high = block + HighPairs + (16 * half) + word;
        var lowShift = 4 * (group >> 1);
        var highShift = 2 * group;
        var scales = (uint)values[block + Scales + (i >> 5)];
        var scale = (int)(((i & 16) != 0 ? scales >> 8 : scales) << 24) >> 24;
        var factor = Conversions.HalfToFloat(values[block + D]) * scale;
        var low0 = (values[low] | ((uint)values[low + 1] << 16)) >> lowShift;
        var low1 = (values[low + 2] | ((uint)values[low + 3] << 16)) >> lowShift;
        var high0 = (values[high] | ((uint)values[high + 1] << 16)) >> highShift;
        var high1 = (values[high + 2] | ((uint)values[high + 3] << 16)) >> highShift;
        return new Float8(Four(low0, high0, factor), Four(low1, high1, factor));
    }

    private static Float4 Four(uint low, uint high, float factor)
        => new(Code(low, high) * factor, Code(low >> 8, high >> 8) * factor, Code(low >> 16, high >> 16) * factor, Code(low >> 24, high >> 24) * factor);

    private static float Code(uint low, uint high) => BlockCode.ToFloat((low & 15) | ((high & 3) << 4), 32);
}
