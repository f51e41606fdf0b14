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
    internal static delegate*<byte*, int, int, float*, void> For(DType format, VectorWidth width) => (format, width) switch
    {
        (DType.Float32, VectorWidth.Bits512) => &Elements512<Float32Element>,
        (DType.Float32, VectorWidth.Bits256) => &Elements256<Float32Element>,
        (DType.Float32, _) => &Elements128<Float32Element>,
        (DType.BFloat16, VectorWidth.Bits512) => &Elements512<BFloat16Element>,
        (DType.BFloat16, VectorWidth.Bits256) => &Elements256<BFloat16Element>,
        (DType.BFloat16, _) => &Elements128<BFloat16Element>,
        (DType.Float16, VectorWidth.Bits512) => &Elements512<Float16Element>,
        (DType.Float16, VectorWidth.Bits256) => &Elements256<Float16Element>,
        (DType.Float16, _) => &Elements128<Float16Element>,
        (DType.Q8_0, VectorWidth.Bits512) => &Q8_0Unpacking.Unpack512,
        (DType.Q8_0, VectorWidth.Bits256) => &Q8_0Unpacking.Unpack256,
        (DType.Q8_0, _) => &Q8_0Unpacking.Unpack,
        (DType.Q4_0, VectorWidth.Bits512) => &Q4_0Unpacking.Unpack512,
        (DType.Q4_0, VectorWidth.Bits256) => &Q4_0Unpacking.Unpack256,
        (DType.Q4_0, _) => &Q4_0Unpacking.Unpack,
        (DType.Q4_K, VectorWidth.Bits512) => &Q4_KUnpacking.Unpack512,
        (DType.Q4_K, VectorWidth.Bits256) => &Q4_KUnpacking.Unpack256,
        (DType.Q4_K, _) => &Q4_KUnpacking.Unpack,
        (DType.Q5_K, VectorWidth.Bits512) => &Q5_KUnpacking.Unpack512,
        (DType.Q5_K, VectorWidth.Bits256) => &Q5_KUnpacking.Unpack256,
        (DType.Q5_K, _) => &Q5_KUnpacking.Unpack,
        (DType.Q6_K, VectorWidth.Bits512) => &Q6_KUnpacking.Unpack512,
        (DType.Q6_K, VectorWidth.Bits256) => &Q6_KUnpacking.Unpack256,
        (DType.Q6_K, _) => &Q6_KUnpacking.Unpack,
        _ => throw new DTypeMismatchException("Gemm", "weights", "f32, bf16, f16 or a block-quantised type", format.Name()),
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Elements512<TElement>(byte* row, int first, int count, float* destination)
        where TElement : struct, IWeightElement
    {
        var source = row + ((nint)first * TElement.Size);
        for (; count >= 16; count -= 16, source += 16 * TElement.Size, destination += 16)
        {
            Vector512.Store(TElement.Load512(source), destination);
        }

        Rest<TElement>(source, count, destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Elements256<TElement>(byte* row, int first, int count, float* destination)
        where TElement : struct, IWeightElement
    {
        var source = row + ((nint)first * TElement.Size);
        for (; count >= 8; count -= 8, source += 8 * TElement.Size, destination += 8)
        {
            Vector256.Store(TElement.Load256(source), destination);
        }

        Rest<TElement>(source, count, destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Elements128<TElement>(byte* row, int first, int count, float* destination)
        where TElement : struct, IWeightElement
    {
        var source = row + ((nint)first * TElement.Size);
        for (; count >= 4; count -= 4, source += 4 * TElement.Size, destination += 4)
        {
            Vector128.Store(TElement.Load128(source), destination);
        }

        Rest<TElement>(source, count, destination);
    }

    private static void Rest<TElement>(byte* source, int count, float* destination)
        where TElement : struct, IWeightElement
    {
        for (; count > 0; count--, source += TElement.Size, destination++)
        {
            *destination = TElement.Load(source);
        }
    }
}
