using System.Buffers.Binary;
using PlamoNative.Engine;

namespace PlamoNative.Engine.Tests.DTypes;

/// <summary>Packs codes and scales into blocks of 256 from the layout's description, one field at a time: the opposite way to the reader under test.</summary>
internal static class BlockPacker
{
    internal static byte[] PackWithMinima(DType dtype, Half d, Half dmin, int[] scales, int[] minima, int[] codes)
    {
        var block = new byte[dtype.BlockBytes()];
        BinaryPrimitives.WriteHalfLittleEndian(block, d);
        BinaryPrimitives.WriteHalfLittleEndian(block.AsSpan(2), dmin);
        var packed = block.AsSpan(4, 12);
        for (var group = 0; group < 4; group++)
        {
            packed[group] = (byte)(scales[group] | (scales[group + 4] >> 4 << 6));
            packed[group + 4] = (byte)(minima[group] | (minima[group + 4] >> 4 << 6));
            packed[group + 8] = (byte)((scales[group + 4] & 15) | ((minima[group + 4] & 15) << 4));
        }

        var codesAt = dtype == DType.Q5_K ? 48 : 16;
        for (var i = 0; i < 256; i++)
        {
            var (group, lane) = (i / 32, i % 32);
            block[codesAt + (group / 2 * 32) + lane] |= (byte)((codes[i] & 15) << (group % 2 * 4));
            if (dtype == DType.Q5_K)
            {
                block[16 + lane] |= (byte)(codes[i] >> 4 << group);
            }
        }

        return block;
    }

    internal static byte[] PackQ6_K(Half d, int[] scales, int[] codes)
    {
        var block = new byte[DType.Q6_K.BlockBytes()];
        for (var half = 0; half < 2; half++)
        {
            for (var lane = 0; lane < 32; lane++)
            {
                var at = (half * 128) + lane;
                var (first, second, third, fourth) = (codes[at], codes[at + 32], codes[at + 64], codes[at + 96]);
                block[(half * 64) + lane] = (byte)((first & 15) | ((third & 15) << 4));
                block[(half * 64) + 32 + lane] = (byte)((second & 15) | ((fourth & 15) << 4));
                block[128 + (half * 32) + lane] = (byte)((first >> 4) | (second >> 4 << 2) | (third >> 4 << 4) | (fourth >> 4 << 6));
            }
        }

        for (var i = 0; i < 16; i++)
        {
            block[192 + i] = (byte)scales[i];
        }

        BinaryPrimitives.WriteHalfLittleEndian(block.AsSpan(208), d);
        return block;
    }
}
