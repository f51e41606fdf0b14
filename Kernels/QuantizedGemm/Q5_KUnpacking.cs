using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>
/// Q5_K to float32: blocks of 176 bytes, the header of <see cref="KQuantScales"/>, 32 bytes of fifth bits, 128 bytes of nibbles laid out as in Q4_K. Bit j of fifth
/// byte i belongs to value i of sub-block j. Value: (d · scale_j) · code - dmin · minimum_j, products exact, one rounding.
/// </summary>
internal static unsafe class Q5_KUnpacking
{
    internal const int Bytes = 176;
    internal const int HighOffset = 16;
    internal const int CodesOffset = 48;

    /// <summary>Unpacks with 512-bit vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Unpack512(byte* row, int first, int count, float* destination)
    {
        var scales = stackalloc float[16];
        var nibble = Vector512.Create(15);
        var fifth = Vector512.Create(16);
        var block = row + ((nint)(first / KQuantScales.Values) * Bytes);
        for (; count > 0; count -= KQuantScales.Values, block += Bytes, destination += KQuantScales.Values)
        {
            KQuantScales.Expand(block, scales);
            for (var half = 0; half < 32; half += 16)
            {
                var high = Widening.Unsigned512(block + HighOffset + half) << 4;
                var codes = block + CodesOffset + half;
                var to = destination + half;
                for (var j = 0; j < 8; j += 2, codes += 32, to += 64, high >>>= 2)
                {
                    var pairs = Widening.Unsigned512(codes);
                    var lower = Vector512.ConvertToSingle((pairs & nibble) | (high & fifth));
                    var upper = Vector512.ConvertToSingle((pairs >>> 4) | ((high >>> 1) & fifth));
                    Vector512.FusedMultiplyAdd(lower, Vector512.Create(scales[j]), Vector512.Create(scales[j + 8])).Store(to);
                    Vector512.FusedMultiplyAdd(upper, Vector512.Create(scales[j + 1]), Vector512.Create(scales[j + 9])).Store(to + 32);
                }
            }
        }
    }

    /// <summary>Unpacks with 256-bit vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Unpack256(byte* row, int first, int count, float* destination)
    {
        var scales = stackalloc float[16];
        var nibble = Vector256.Create(15);
        var fifth = Vector256.Create(16);
        var block = row + ((nint)(first / KQuantScales.Values) * Bytes);
        for (; count > 0; count -= KQuantScales.Values, block += Bytes, destination += KQuantScales.Values)
        {
            KQuantScales.Expand(block, scales);
            for (var part = 0; part < 32; part += 8)
            {
                var high = Widening.Unsigned256(block + HighOffset + part) << 4;
                var codes = block + CodesOffset + part;
                var to = destination + part;
                for (var j = 0; j < 8; j += 2, codes += 32, to += 64, high >>>= 2)
                {
                    var pairs = Widening.Unsigned256(codes);
                    var lower = Vector256.ConvertToSingle((pairs & nibble) | (high & fifth));
                    var upper = Vector256.ConvertToSingle((pairs >>> 4) | ((high >>> 1) & fifth));
                    Vector256.FusedMultiplyAdd(lower, Vector256.Create(scales[j]), Vector256.Create(scales[j + 8])).Store(to);
                    Vector256.FusedMultiplyAdd(upper, Vector256.Create(scales[j + 1]), Vector256.Create(scales[j + 9])).Store(to + 32);
                }
            }
        }
    }

    /// <summary>Unpacks one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Unpack(byte* row, int first, int count, float* destination)
    {
        var scales = stackalloc float[16];
        var block = row + ((nint)(first / KQuantScales.Values) * Bytes);
        for (; count > 0; count -= KQuantScales.Values, block += Bytes)
        {
            KQuantScales.Expand(block, scales);
            var codes = block + CodesOffset;
            for (var j = 0; j < 8; j += 2, codes += 32, destination += 64)
            {
                for (var i = 0; i < 32; i++)
                {
                    var high = block[HighOffset + i] >> j;
                    destination[i] = (((codes[i] & 15) | ((high & 1) << 4)) * scales[j]) + scales[j + 8];
                    destination[i + 32] = (((codes[i] >> 4) | ((high & 2) << 3)) * scales[j + 1]) + scales[j + 9];
                }
            }
        }
    }
}
