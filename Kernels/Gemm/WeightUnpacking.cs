using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>Turns a piece of a stored row of W into float32.</summary>
internal static unsafe class WeightUnpacking
{
    /// <summary>
    /// The unpacker of a storage type: <c>(row, first, count, destination)</c>, where <c>first</c> and <c>count</c> are multiples of the block size.
    /// </summary>
    internal static delegate*<byte*, int, int, float*, void> For(DType format) => format switch
    {
        DType.Float32 => &Elements<Float32Element>,
        DType.BFloat16 => &Elements<BFloat16Element>,
        DType.Float16 => &Elements<Float16Element>,
        _ => throw new DTypeMismatchException("Gemm", "weights", "f32, bf16, f16", format.Name()),
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Elements<TElement>(byte* row, int first, int count, float* destination)
        where TElement : struct, IWeightElement
    {
        var source = row + ((nint)first * TElement.Size);
        var i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i + 16 <= count; i += 16, source += 16 * TElement.Size)
            {
                TElement.Load512(source).Store(destination + i);
            }
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 8 <= count; i += 8, source += 8 * TElement.Size)
            {
                TElement.Load256(source).Store(destination + i);
            }
        }
        else
        {
            for (; i + 4 <= count; i += 4, source += 4 * TElement.Size)
            {
                TElement.Load128(source).Store(destination + i);
            }
        }

        for (; i < count; i++, source += TElement.Size)
        {
            destination[i] = TElement.Load(source);
        }
    }
}
