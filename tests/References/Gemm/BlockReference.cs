using System.Buffers.Binary;

namespace PlamoNative.Tests.References;

/// <summary>The value at one place of a GGUF block, straight from the description of the layout, one value at a time.</summary>
public static class BlockReference
{
    /// <summary>Value <paramref name="i"/> of a Q8_0 block.</summary>
    public static float Q8_0(ReadOnlySpan<byte> block, int i) => (float)((double)Half(block) * (sbyte)block[2 + i]);

    /// <summary>Value <paramref name="i"/> of a Q4_0 block.</summary>
    public static float Q4_0(ReadOnlySpan<byte> block, int i)
    {
        var code = i < 16 ? block[2 + i] % 16 : block[2 + i - 16] / 16;
        return (float)((double)Half(block) * (code - 8));
    }

    /// <summary>Value <paramref name="i"/> of a Q4_K block.</summary>
    public static float Q4_K(ReadOnlySpan<byte> block, int i) => Affine(block, i, Q4_KCode(block, i));

    /// <summary>Value <paramref name="i"/> of a Q5_K block.</summary>
    public static float Q5_K(ReadOnlySpan<byte> block, int i)
    {
        var pair = block[48 + (32 * (i / 64)) + (i % 32)];
        var fifth = (block[16 + (i % 32)] >> (i / 32)) & 1;
        return Affine(block, i, (i % 64 < 32 ? pair % 16 : pair / 16) + (16 * fifth));
    }

    /// <summary>Value <paramref name="i"/> of a Q6_K block.</summary>
    public static float Q6_K(ReadOnlySpan<byte> block, int i) => (float)((double)Half(block[208..]) * (sbyte)block[192 + (i / 16)] * Q6_KCode(block, i));

    /// <summary>Code <paramref name="i"/> of a Q4_K block, 0…15.</summary>
    public static int Q4_KCode(ReadOnlySpan<byte> block, int i)
    {
        var pair = block[16 + (32 * (i / 64)) + (i % 32)];
        return i % 64 < 32 ? pair % 16 : pair / 16;
    }

    /// <summary>Code <paramref name="i"/> of a Q6_K block, -32…31.</summary>
    public static int Q6_KCode(ReadOnlySpan<byte> block, int i)
    {
        var (half, group, place) = (i / 128, i % 128 / 32, i % 32);
        var low = block[(64 * half) + place + (group % 2 == 1 ? 32 : 0)];
        var nibble = group < 2 ? low % 16 : low / 16;
        var pair = (block[128 + (32 * half) + place] >> (2 * group)) & 3;
        return nibble + (16 * pair) - 32;
    }

    /// <summary>Scale and minimum of the 32 values <paramref name="j"/> of a Q4_K or Q5_K block.</summary>
    public static (float Scale, float Minimum) Affine(ReadOnlySpan<byte> block, int j)
    {
        var packed = block.Slice(4, 12);
        var (scale, minimum) = j < 4
            ? (packed[j] & 63, packed[j + 4] & 63)
            : ((packed[j + 4] & 15) | ((packed[j - 4] >> 6) << 4), (packed[j + 4] >> 4) | ((packed[j] >> 6) << 4));
        return ((float)Half(block) * scale, (float)Half(block[2..]) * minimum);
    }

    private static float Affine(ReadOnlySpan<byte> block, int i, int code)
    {
        var (scale, minimum) = Affine(block, i / 32);
        return (float)(((double)scale * code) - minimum);
    }

    /// <summary>The half at the start of <paramref name="bytes"/>.</summary>
    public static Half Half(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadHalfLittleEndian(bytes);
}
