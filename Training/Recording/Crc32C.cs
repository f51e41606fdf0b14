using System.Buffers.Binary;
using System.Numerics;

namespace PlamoNative.Training.Recording;

/// <summary>CRC-32 with Castagnoli's polynomial, and its masked form, which TFRecord stores so that a CRC over data that holds CRCs stays a good one.</summary>
internal static class Crc32C
{
    /// <summary>The CRC rotated right by 15 bits plus a constant.</summary>
    internal static uint Masked(ReadOnlySpan<byte> bytes)
    {
        const uint MaskDelta = 0xa282ead8;
        return BitOperations.RotateRight(Compute(bytes), 15) + MaskDelta;
    }

    private static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
