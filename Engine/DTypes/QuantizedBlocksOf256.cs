using System.Buffers.Binary;

namespace PlamoNative.Engine;

/// <summary>
/// Blocks of 256 values, read only.
/// <code>
/// Q4_K  144 bytes  half d, half dmin, scales[12], codes[128]
/// Q5_K  176 bytes  half d, half dmin, scales[12], fifth bits[32], codes[128]
/// Q6_K  210 bytes  low codes[128], high codes[64], int8 scales[16], half d
/// </code>
/// Q4_K and Q5_K hold eight groups of 32, each with a 6-bit scale s and a 6-bit minimum m: value = d * s * code - dmin * m. Groups 2i and 2i + 1 are the
/// low and the high halves of the same 32 bytes. Q6_K holds sixteen groups of 16: value = d * s * (code - 32).
/// A half has 11 significant bits, a scale 6 or 8, a code 4 to 6: every product fits in a float's 24 bits and is exact.
/// </summary>
internal static class QuantizedBlocksOf256
{
    private const int Block = 256;
    private const int Group = 32;

    internal static void DequantizeQ4_K(ReadOnlySpan<byte> source, Span<float> destination)
    {
        const int BlockBytes = 144;
        for (var block = 0; block < destination.Length / Block; block++)
        {
            var bytes = source.Slice(block * BlockBytes, BlockBytes);
            var y = destination.Slice(block * Block, Block);
            var codes = bytes[16..];
            for (var group = 0; group < Block / Group; group++)
            {
                var (scale, minimum) = ScaleAndMinimum(bytes, group);
                var shift = (group & 1) * 4;
                for (var i = 0; i < Group; i++)
                {
                    var code = (codes[(group / 2 * Group) + i] >> shift) & 15;
                    y[(group * Group) + i] = (scale * code) - minimum;
                }
            }
        }
    }

    internal static void DequantizeQ5_K(ReadOnlySpan<byte> source, Span<float> destination)
    {
        const int BlockBytes = 176;
        for (var block = 0; block < destination.Length / Block; block++)
        {
            var bytes = source.Slice(block * BlockBytes, BlockBytes);
            var y = destination.Slice(block * Block, Block);
            var fifthBits = bytes.Slice(16, Group);
            var codes = bytes[48..];
            for (var group = 0; group < Block / Group; group++)
            {
                var (scale, minimum) = ScaleAndMinimum(bytes, group);
                var shift = (group & 1) * 4;
                for (var i = 0; i < Group; i++)
                {
                    var code = ((codes[(group / 2 * Group) + i] >> shift) & 15) | (((fifthBits[i] >> group) & 1) << 4);
                    y[(group * Group) + i] = (scale * code) - minimum;
                }
            }
        }
    }

    internal static void DequantizeQ6_K(ReadOnlySpan<byte> source, Span<float> destination)
    {
        const int BlockBytes = 210;
        const int Half = Block / 2;
        for (var block = 0; block < destination.Length / Block; block++)
        {
            var bytes = source.Slice(block * BlockBytes, BlockBytes);
            var y = destination.Slice(block * Block, Block);
            var d = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[208..]);
            for (var i = 0; i < Block; i++)
            {
                // Each half of the block has 64 low and 32 high bytes. Quarter q of a half takes the low bytes' low nibbles (q = 0, 1) or high ones
                // (q = 2, 3), from the first (q even) or second 32 bytes, and bits 2q and 2q + 1 of the high bytes.
                var (half, quarter, lane) = (i / Half, i % Half / Group, i % Group);
                var low = (bytes[(half * 64) + (quarter % 2 * Group) + lane] >> (quarter / 2 * 4)) & 15;
                var high = (bytes[128 + (half * 32) + lane] >> (quarter * 2)) & 3;
                var scale = (sbyte)bytes[192 + (i / 16)];
                y[i] = d * scale * ((low | (high << 4)) - 32);
            }
        }
    }

    /// <summary>
    /// Scale and minimum of one group. Groups 0 to 3 have theirs in the low six bits of bytes 0 to 3 and 4 to 7; groups 4 to 7 have four bits each in
    /// bytes 8 to 11 and their upper two bits above those of groups 0 to 3.
    /// </summary>
    private static (float Scale, float Minimum) ScaleAndMinimum(ReadOnlySpan<byte> bytes, int group)
    {
        var packed = bytes.Slice(4, 12);
        var (scale, minimum) = group < 4
            ? (packed[group] & 63, packed[group + 4] & 63)
            : ((packed[group + 4] & 15) | (packed[group - 4] >> 6 << 4), (packed[group + 4] >> 4) | (packed[group] >> 6 << 4));
        return ((float)BinaryPrimitives.ReadHalfLittleEndian(bytes) * scale, (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[2..]) * minimum);
    }
}
