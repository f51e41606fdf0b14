using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PlamoNative.Engine;

/// <summary>
/// Blocks of 32 values, scale first as a little-endian half:
/// <c>Q8_0 = half d, int8 code[32]; value = d * code</c> and <c>Q4_0 = half d, nibble code[32]; value = d * (code - 8)</c>, where byte j holds the code of
/// value j in its low and of value j + 16 in its high half.
/// </summary>
internal static class QuantizedBlocksOf32
{
    private const int Block = 32;
    private const int ScaleBytes = 2;
    private const int Q8Bytes = ScaleBytes + Block;
    private const int Q4Bytes = ScaleBytes + (Block / 2);

    /// <summary>d = max |x| / 127; the codes use the inverse of the float32 d, not of its half, and round halves away from zero.</summary>
    internal static void QuantizeQ8_0(ReadOnlySpan<float> source, Span<byte> destination)
    {
        for (var block = 0; block < source.Length / Block; block++)
        {
            var x = source.Slice(block * Block, Block);
            var bytes = destination.Slice(block * Q8Bytes, Q8Bytes);
            var largest = 0f;
            foreach (var value in x)
            {
                largest = Math.Abs(value) > largest ? Math.Abs(value) : largest;
            }

            var d = largest / 127f;
            var inverse = d == 0f ? 0f : 1f / d;
            BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)d);
            var codes = MemoryMarshal.Cast<byte, sbyte>(bytes[ScaleBytes..]);
            for (var i = 0; i < Block; i++)
            {
                // The conversion saturates and takes NaN to 0, so an infinite inverse (d below 2^-128) does no harm.
                codes[i] = sbyte.CreateSaturating((int)MathF.Round(x[i] * inverse, MidpointRounding.AwayFromZero));
            }
        }
    }

    /// <summary>m = the signed value of largest magnitude, the first of equals; d = m / -8; code = min(15, truncate(x / d + 8.5)).</summary>
    internal static void QuantizeQ4_0(ReadOnlySpan<float> source, Span<byte> destination)
    {
        for (var block = 0; block < source.Length / Block; block++)
        {
            var x = source.Slice(block * Block, Block);
            var bytes = destination.Slice(block * Q4Bytes, Q4Bytes);
            var largest = 0f;
            foreach (var value in x)
            {
                largest = Math.Abs(value) > Math.Abs(largest) ? value : largest;
            }

            var d = largest / -8f;
            var inverse = d == 0f ? 0f : 1f / d;
            BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)d);
            for (var i = 0; i < Block / 2; i++)
            {
                var low = Q4Code(x[i] * inverse);
                var high = Q4Code(x[i + (Block / 2)] * inverse);
                bytes[ScaleBytes + i] = (byte)(low | (high << 4));
            }
        }
    }

    internal static void DequantizeQ8_0(ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (var block = 0; block < destination.Length / Block; block++)
        {
            var bytes = source.Slice(block * Q8Bytes, Q8Bytes);
            var y = destination.Slice(block * Block, Block);
            var d = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);
            for (var i = 0; i < Block; i++)
            {
                y[i] = d * (sbyte)bytes[ScaleBytes + i];
            }
        }
    }

    internal static void DequantizeQ4_0(ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (var block = 0; block < destination.Length / Block; block++)
        {
            var bytes = source.Slice(block * Q4Bytes, Q4Bytes);
            var y = destination.Slice(block * Block, Block);
            var d = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);
            for (var i = 0; i < Block / 2; i++)
            {
                var pair = bytes[ScaleBytes + i];
                y[i] = d * ((pair & 15) - 8);
                y[i + (Block / 2)] = d * ((pair >> 4) - 8);
            }
        }
    }

    private static int Q4Code(float scaled) => Math.Clamp((int)(scaled + 8.5f), 0, 15);
}
