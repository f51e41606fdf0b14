using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>
/// Q4_K to float32: blocks of 144 bytes, the header of <see cref="KQuantScales"/> and 128 bytes of codes. Each 32 bytes hold 64 values, lower nibbles the first
/// 32, upper nibbles the next. Value of sub-block j: (d · scale_j) · code - dmin · minimum_j, products exact, one rounding.
/// </summary>
internal static unsafe class Q4_KUnpacking
{
    internal const int Bytes = 144;
    internal const int CodesOffset = 16;

    /// <summary>Unpacks with 512-bit vectors: the 16 possible values of a sub-block are a table in one register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Unpack512(byte* row, int first, int count, float* destination)
    {
        var scales = stackalloc float[16];
        var ramp = Vector512.Create(0f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        var block = row + ((nint)(first / KQuantScales.Values) * Bytes);
        for (; count > 0; count -= KQuantScales.Values, block += Bytes)
        {
            KQuantScales.Expand(block, scales);
            var codes = block + CodesOffset;
            for (var j = 0; j < 8; j += 2, codes += 32, destination += 64)
            {
                var lower = Vector512.FusedMultiplyAdd(ramp, Vector512.Create(scales[j]), Vector512.Create(scales[j + 8]));
                var upper = Vector512.FusedMultiplyAdd(ramp, Vector512.Create(scales[j + 1]), Vector512.Create(scales[j + 9]));
                var pairs = Widening.Unsigned512(codes);
                var next = Widening.Unsigned512(codes + 16);
                Widening.Look(lower, pairs).Store(destination);
                Widening.Look(lower, next).Store(destination + 16);
                Widening.Look(upper, pairs >>> 4).Store(destination + 32);
                Widening.Look(upper, next >>> 4).Store(destination + 48);
            }
        }
    }

    /// <summary>Unpacks with 256-bit vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Unpack256(byte* row, int first, int count, float* destination)
    {
        var scales = stackalloc float[16];
        var block = row + ((nint)(first / KQuantScales.Values) * Bytes);
        for (; count > 0; count -= KQuantScales.Values, block += Bytes)
        {
            KQuantScales.Expand(block, scales);
            var codes = block + CodesOffset;
            for (var j = 0; j < 8; j += 2, codes += 32, destination += 64)
            {
                for (var i = 0; i < 32; i += 8)
                {
                    var pairs = Widening.Unsigned256(codes + i);
                    var lower = Vector256.ConvertToSingle(pairs & Vector256.Create(15));
                    var upper = Vector256.ConvertToSingle(pairs >>> 4);
                    Vector256.FusedMultiplyAdd(lower, Vector256.Create(scales[j]), Vector256.Create(scales[j + 8])).Store(destination + i);
                    Vector256.FusedMultiplyAdd(upper, Vector256.Create(scales[j + 1]), Vector256.Create(scales[j + 9])).Store(destination + i + 32);
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
                    destination[i] = ((codes[i] & 15) * scales[j]) + scales[j + 8];
                    destination[i + 32] = ((codes[i] >> 4) * scales[j + 1]) + scales[j + 9];
                }
            }
        }
    }
}
