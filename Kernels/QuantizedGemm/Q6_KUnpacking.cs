using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>
/// Q6_K to float32: blocks of 210 bytes: 128 bytes of lower nibbles, 64 bytes of upper bit pairs, sixteen int8 scales, a half d. A half block of 128 values has
/// 64 and 32 of them: value i + 32 g (i &lt; 32, g &lt; 4) has nibble g / 2 of byte i + 32 (g mod 2) and bit pair g of byte i, scale 2 g + i / 16.
/// Value: (d · scale) · (code - 32), exact in float32 (11 + 7 + 5 bits).
/// </summary>
internal static unsafe class Q6_KUnpacking
{
    internal const int Bytes = 210;
    internal const int HighOffset = 128;
    internal const int ScalesOffset = 192;
    internal const int DOffset = 208;

    /// <summary>Unpacks with 512-bit vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Unpack512(byte* row, int first, int count, float* destination)
    {
        var nibble = Vector512.Create(15);
        var pair = Vector512.Create(0x30);
        var middle = Vector512.Create(32);
        var block = row + ((nint)(first / KQuantScales.Values) * Bytes);
        for (; count > 0; count -= KQuantScales.Values, block += Bytes)
        {
            var d = Widening.Scale(block + DOffset);
            var scales = (sbyte*)block + ScalesOffset;
            for (var half = 0; half < 2; half++, destination += 128, scales += 8)
            {
                for (var i = 0; i < 32; i += 16)
                {
                    var low = Widening.Unsigned512(block + (64 * half) + i);
                    var low2 = Widening.Unsigned512(block + (64 * half) + 32 + i);
                    var high = Widening.Unsigned512(block + HighOffset + (32 * half) + i);
                    var q0 = ((low & nibble) | ((high << 4) & pair)) - middle;
                    var q1 = ((low2 & nibble) | ((high << 2) & pair)) - middle;
                    var q2 = ((low >>> 4) | (high & pair)) - middle;
                    var q3 = ((low2 >>> 4) | ((high >>> 2) & pair)) - middle;
                    var scale = scales + (i / 16);
                    (Vector512.ConvertToSingle(q0) * Vector512.Create(d * scale[0])).Store(destination + i);
                    (Vector512.ConvertToSingle(q1) * Vector512.Create(d * scale[2])).Store(destination + i + 32);
                    (Vector512.ConvertToSingle(q2) * Vector512.Create(d * scale[4])).Store(destination + i + 64);
                    (Vector512.ConvertToSingle(q3) * Vector512.Create(d * scale[6])).Store(destination + i + 96);
                }
            }
        }
    }

    /// <summary>Unpacks with 256-bit vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Unpack256(byte* row, int first, int count, float* destination)
    {
        var nibble = Vector256.Create(15);
        var pair = Vector256.Create(0x30);
        var middle = Vector256.Create(32);
        var block = row + ((nint)(first / KQuantScales.Values) * Bytes);
        for (; count > 0; count -= KQuantScales.Values, block += Bytes)
        {
            var d = Widening.Scale(block + DOffset);
            var scales = (sbyte*)block + ScalesOffset;
            for (var half = 0; half < 2; half++, destination += 128, scales += 8)
            {
                for (var i = 0; i < 32; i += 8)
                {
                    var low = Widening.Unsigned256(block + (64 * half) + i);
                    var low2 = Widening.Unsigned256(block + (64 * half) + 32 + i);
                    var high = Widening.Unsigned256(block + HighOffset + (32 * half) + i);
                    var q0 = ((low & nibble) | ((high << 4) & pair)) - middle;
                    var q1 = ((low2 & nibble) | ((high << 2) & pair)) - middle;
                    var q2 = ((low >>> 4) | (high & pair)) - middle;
                    var q3 = ((low2 >>> 4) | ((high >>> 2) & pair)) - middle;
                    var scale = scales + (i / 16);
                    (Vector256.ConvertToSingle(q0) * Vector256.Create(d * scale[0])).Store(destination + i);
                    (Vector256.ConvertToSingle(q1) * Vector256.Create(d * scale[2])).Store(destination + i + 32);
                    (Vector256.ConvertToSingle(q2) * Vector256.Create(d * scale[4])).Store(destination + i + 64);
                    (Vector256.ConvertToSingle(q3) * Vector256.Create(d * scale[6])).Store(destination + i + 96);
                }
            }
        }
    }

    /// <summary>Unpacks one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Unpack(byte* row, int first, int count, float* destination)
    {
        var block = row + ((nint)(first / KQuantScales.Values) * Bytes);
        for (; count > 0; count -= KQuantScales.Values, block += Bytes)
        {
            var d = Widening.Scale(block + DOffset);
            for (var i = 0; i < KQuantScales.Values; i++)
            {
                var (half, g) = (i / 128, i / 32 % 4);
                var low = block[(64 * half) + (32 * (g & 1)) + (i % 32)] >> (4 * (g / 2));
                var high = block[HighOffset + (32 * half) + (i % 32)] >> (2 * g);
                *destination++ = ((low & 15) + ((high & 3) << 4) - 32) * (d * ((sbyte*)block)[ScalesOffset + (i / 16)]);
            }
        }
    }
}
