using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>
/// Q4_0 to float32: blocks of 18 bytes, a half d and 16 bytes whose lower nibbles are codes 0…15 and upper nibbles codes 16…31;
/// value = d · (code - 8), exact in float32 (11 + 4 bits).
/// </summary>
internal static unsafe class Q4_0Unpacking
{
    internal const int Values = 32;
    internal const int Bytes = 18;

    /// <summary>Unpacks with 512-bit vectors: the 16 possible values of a block are a table in one register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Unpack512(byte* row, int first, int count, float* destination)
    {
        var codes = Vector512.Create(-8f, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7);
        var block = row + ((nint)(first / Values) * Bytes);
        for (; count > 0; count -= Values, block += Bytes, destination += Values)
        {
            var table = codes * Vector512.Create(Widening.Scale(block));
            var pairs = Widening.Unsigned512(block + 2);
            Widening.Look(table, pairs).Store(destination);
            Widening.Look(table, pairs >>> 4).Store(destination + 16);
        }
    }

    /// <summary>Unpacks with 256-bit vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Unpack256(byte* row, int first, int count, float* destination)
    {
        var block = row + ((nint)(first / Values) * Bytes);
        var eight = Vector256.Create(8);
        for (; count > 0; count -= Values, block += Bytes, destination += Values)
        {
            var d = Vector256.Create(Widening.Scale(block));
            for (var i = 0; i < 16; i += 8)
            {
                var pairs = Widening.Unsigned256(block + 2 + i);
                (Vector256.ConvertToSingle((pairs & Vector256.Create(15)) - eight) * d).Store(destination + i);
                (Vector256.ConvertToSingle((pairs >>> 4) - eight) * d).Store(destination + i + 16);
            }
        }
    }

    /// <summary>Unpacks one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Unpack(byte* row, int first, int count, float* destination)
    {
        var block = row + ((nint)(first / Values) * Bytes);
        for (; count > 0; count -= Values, block += Bytes, destination += Values)
        {
            var d = Widening.Scale(block);
            for (var i = 0; i < 16; i++)
            {
                destination[i] = ((block[2 + i] & 15) - 8) * d;
                destination[i + 16] = ((block[2 + i] >> 4) - 8) * d;
            }
        }
    }
}
