using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// Linear layers of few rows (decoding) on any GPU: Y[M, N] (+)= X[M, K] · W[N, K]ᵀ, W in any storage. The bytes of W are the floor; each is read once for four rows of X.
/// </summary>
/// <remarks>
/// A warp owns a row of W and one or four rows of X. Lane l takes the values 8 l … 8 l + 7 of every 256: 16 bytes of a bf16 row, two times 16 of an f32 row, the codes of a quarter
/// of a block of 32. A lane is one chain of fused multiply-adds over its values in ascending order; lanes are added by <see cref="WarpReduce"/>: a row of Y has the bits
/// that it has alone, whatever M. Grid: x rows of W, four a block; y rows of X, one or four a block. No shared memory. Twin: <see cref="DotKernel"/>.
/// </remarks>
internal static class GemmRowsKernels
{
    /// <summary>Rows of W a block.</summary>
    internal const int Warps = 4;

    private const int Step = 256;

    /// <summary>One row of X.</summary>
    [GpuKernel(32 * Warps, MaximumRegisters = 64, Expects = "FFMA SHFL")]
    [GpuKernelVariant("f32", typeof(float), typeof(FloatRows))]
    [GpuKernelVariant("bf16", typeof(ushort), typeof(BFloat16Rows))]
    [GpuKernelVariant("f16", typeof(ushort), typeof(HalfRows))]
    [GpuKernelVariant("q8_0", typeof(ushort), typeof(Q8_0Rows))]
    [GpuKernelVariant("q4_0", typeof(ushort), typeof(Q4_0Rows))]
    [GpuKernelVariant("q4_k", typeof(uint), typeof(Q4_KRows))]
    [GpuKernelVariant("q5_k", typeof(uint), typeof(Q5_KRows))]
    [GpuKernelVariant("q6_k", typeof(ushort), typeof(Q6_KRows))]
    public static void One<T, TRows>(ArrayView<float> x, ArrayView<T> w, ArrayView<float> y, long xStride, long wStride, long yStride, int n, int k, int options)
        where T : unmanaged
        where TRows : struct, IStoredRows<T>
    {
        var column = (Grid.IdxX * Warps) + (Group.IdxX >> 5);
        if (column >= n)
        {
            return;
        }

        var (alignedX, alignedW) = ((options & GemmOptions.AlignedA) != 0, (options & GemmOptions.AlignedB) != 0);
        var row = Grid.IdxY * xStride;
        var weights = column * wStride;
        var sum = 0f;
        for (var first = 8 * (Group.IdxX & 31); first < k; first += Step)
        {
            var values = TRows.Eight(w, weights, first, k - first, alignedW);
            sum = Add(values, FloatRows.Eight(x, row, first, k - first, alignedX), sum);
        }

        Write(y, (Grid.IdxY * yStride) + column, WarpReduce.Sum(sum), true, options);
    }

    /// <summary>Four rows of X, or what is left of M.</summary>
    [GpuKernel(32 * Warps, MaximumRegisters = 96, Expects = "FFMA SHFL")]
    [GpuKernelVariant("f32", typeof(float), typeof(FloatRows))]
    [GpuKernelVariant("bf16", typeof(ushort), typeof(BFloat16Rows))]
    [GpuKernelVariant("f16", typeof(ushort), typeof(HalfRows))]
    [GpuKernelVariant("q8_0", typeof(ushort), typeof(Q8_0Rows))]
    [GpuKernelVariant("q4_0", typeof(ushort), typeof(Q4_0Rows))]
    [GpuKernelVariant("q4_k", typeof(uint), typeof(Q4_KRows))]
    [GpuKernelVariant("q5_k", typeof(uint), typeof(Q5_KRows))]
    [GpuKernelVariant("q6_k", typeof(ushort), typeof(Q6_KRows))]
    public static void Four<T, TRows>(
        ArrayView<float> x, ArrayView<T> w, ArrayView<float> y, long xStride, long wStride, long yStride, int m, int n, int k, int options)
        where T : unmanaged
        where TRows : struct, IStoredRows<T>
    {
        var column = (Grid.IdxX * Warps) + (Group.IdxX >> 5);
        if (column >= n)
        {
            return;
        }

        // Rows past the last one are the last one again, and are not written.
        var (alignedX, alignedW) = ((options & GemmOptions.AlignedA) != 0, (options & GemmOptions.AlignedB) != 0);
        var row = 4 * Grid.IdxY;
        var last = m - 1 - row;
        var row0 = row * xStride;
        var row1 = last < 1 ? row0 : row0 + xStride;
        var row2 = last < 2 ? row1 : row1 + xStride;
        var row3 = last < 3 ? row2 : row2 + xStride;
        var weights = column * wStride;
        float sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
        for (var first = 8 * (Group.IdxX & 31); first < k; first += Step)
        {
            var values = TRows.Eight(w, weights, first, k - first, alignedW);
            sum0 = Add(values, FloatRows.Eight(x, row0, first, k - first, alignedX), sum0);
            sum1 = Add(values, FloatRows.Eight(x, row1, first, k - first, alignedX), sum1);
            sum2 = Add(values, FloatRows.Eight(x, row2, first, k - first, alignedX), sum2);
            sum3 = Add(values, FloatRows.Eight(x, row3, first, k - first, alignedX), sum3);
        }

        var place = (row * yStride) + column;
        Write(y, place, WarpReduce.Sum(sum0), true, options);
        Write(y, place + yStride, WarpReduce.Sum(sum1), last >= 1, options);
        Write(y, place + (2 * yStride), WarpReduce.Sum(sum2), last >= 2, options);
        Write(y, place + (3 * yStride), WarpReduce.Sum(sum3), last >= 3, options);
    }

    private static float Add(Float8 w, Float8 x, float sum)
    {
        sum = FastMath.Fma(w.Low.X, x.Low.X, sum);
        sum = FastMath.Fma(w.Low.Y, x.Low.Y, sum);
        sum = FastMath.Fma(w.Low.Z, x.Low.Z, sum);
        sum = FastMath.Fma(w.Low.W, x.Low.W, sum);
        sum = FastMath.Fma(w.High.X, x.High.X, sum);
        sum = FastMath.Fma(w.High.Y, x.High.Y, sum);
        sum = FastMath.Fma(w.High.Z, x.High.Z, sum);
        return FastMath.Fma(w.High.W, x.High.W, sum);
    }

    private static void Write(ArrayView<float> y, long place, float sum, bool isThere, int options)
    {
        if (isThere && (Group.IdxX & 31) == 0)
        {
            y[place] = (options & GemmOptions.Accumulate) != 0 ? y[place] + sum : sum;
        }
    }
}
