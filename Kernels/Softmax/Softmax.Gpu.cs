using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// Softmax of rows on a GPU: y = exp(x - max x) / Σ exp(x - max x). Shapes: rows of one width, each tensor with strides of its own, f32; output may be the input. A row is a warp's or a
/// block's (<see cref="IRowTeam"/>): one sweep for the maximum, one for exponentials and their sum, one to divide what the same thread has written. Sums in f32: each thread over its
/// vectors in ascending order, lane by lane, then the team's fixed tree. Twin: <see cref="Softmax"/> on the processor.
/// </summary>
internal static class SoftmaxKernels
{
    /// <summary>A warp a row, 4 bytes at a time. Grid: rows / 8.</summary>
    [GpuKernel(IRowTeam.Threads)]
    public static void ForwardShort(ArrayView<float> input, RowStrides inputRows, ArrayView<float> output, RowStrides outputRows, int rows, int width) =>
        Forward<WarpTeam, DeviceScalar, float>(input, inputRows, output, outputRows, rows, width);

    /// <summary>A block a row, 4 bytes at a time. Grid: rows.</summary>
    [GpuKernel(IRowTeam.Threads)]
    public static void ForwardLong(ArrayView<float> input, RowStrides inputRows, ArrayView<float> output, RowStrides outputRows, int rows, int width) =>
        Forward<BlockTeam, DeviceScalar, float>(input, inputRows, output, outputRows, rows, width);

    /// <summary>A block a row, 16 bytes at a time. Grid: rows.</summary>
    [GpuKernel(IRowTeam.Threads, Expects = "LDG.E.128 STG.E.128")]
    public static void ForwardLongVectors(ArrayView<Float4> input, RowStrides inputRows, ArrayView<Float4> output, RowStrides outputRows, int rows, int width) =>
        Forward<BlockTeam, DeviceFour, Float4>(input, inputRows, output, outputRows, rows, width / 4);

    private static void Forward<TTeam, TSimd, TVector>(
        ArrayView<TVector> input, RowStrides inputRows, ArrayView<TVector> output, RowStrides outputRows, int rows, int vectors)
        where TTeam : struct, IRowTeam
        where TSimd : struct, IDeviceSimd<TVector>
        where TVector : unmanaged
    {
        var row = TTeam.Row;
        if (row >= rows)
        {
            return;
        }

        var x = RowStrides.At(inputRows, row);
        var y = RowStrides.At(outputRows, row);
        var maximum = float.NegativeInfinity;
        for (var i = TTeam.Rank; i < vectors; i += TTeam.Size)
        {
            maximum = FastMath.Max(maximum, TSimd.Max(input[x + i]));
        }

        var shift = TSimd.Create(TTeam.Max(maximum));
        var sums = TSimd.Create(0f);
        for (var i = TTeam.Rank; i < vectors; i += TTeam.Size)
        {
            var value = SimdMath.Exp<TSimd, TVector>(TSimd.Subtract(input[x + i], shift));
            output[y + i] = value;
            sums = TSimd.Add(sums, value);
        }

        var divisor = TSimd.Create(TTeam.Sum(TSimd.Sum(sums)));
        for (var i = TTeam.Rank; i < vectors; i += TTeam.Size)
        {
            output[y + i] = TSimd.Divide(output[y + i], divisor);
        }
    }
}
