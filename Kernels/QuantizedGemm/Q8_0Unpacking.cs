using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>Q8_0 to float32: blocks of 34 bytes, a half d and 32 int8 codes; value = d · code, exact in float32 (11 + 7 bits).</summary>
internal static unsafe class Q8_0Unpacking
{
    internal const int Values = 32;
    internal const int Bytes = 34;

    /// <summary>Unpacks with 512-bit vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Unpack512(byte* row, int first, int count, float* destination)
    {
        var block = row + ((nint)(first / Values) * Bytes);
        for (; count > 0; count -= Values, block += Bytes, destination += Values)
        {
            var d = Vector512.Create(Widening.Scale(block));
            (Vector512.ConvertToSingle(Widening.Signed512(block + 2)) * d).Store(destination);
            (Vector512.ConvertToSingle(Widening.Signed512(block + 18)) * d).Store(destination + 16);
        }
    }

    /// <summary>Unpacks with 256-bit vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Unpack256(byte* row, int first, int count, float* destination)
    {
        var block = row + ((nint)(first / Values) * Bytes);
        for (; count > 0; count -= Values, block += Bytes, destination += Values)
        {
            var d = Vector256.Create(Widening.Scale(block));
            for (var i = 0; i < Values; i += 8)
            {
                (Vector256.ConvertToSingle(Widening.Signed256(block + 2 + i)) * d).Store(destination + i);
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
            for (var i = 0; i < Values; i++)
            {
                destination[i] = ((sbyte*)block)[2 + i] * d;
            }
        }
    }
}
