using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// RMS norm on a GPU: <c>y = x (mean x² + epsilon)^(-1/2) (weight + offset)</c>. Shapes: input and output [tokens, heads, width] of any token and head strides, weight [heads, width]
/// dense, all f32; row r is head r mod heads of token r / heads. A row is a warp's or a block's (<see cref="IRowTeam"/>); it is read twice, the second time from the cache. Sums in
/// f32: each thread over its vectors in ascending order, lane by lane, then the team's fixed tree: deterministic. Twin: <see cref="RmsNorm"/> on the processor.
/// </summary>
internal static class RmsNormKernels
{
    /// <summary>A warp a row, 4 bytes at a time. Grid: rows / 8.</summary>
    [GpuKernel(IRowTeam.Threads)]
    public static void ForwardShort(
        ArrayView<float> input, HeadStrides inputHeads, ArrayView<float> weight, ArrayView<float> output, HeadStrides outputHeads, int rows, int heads, int width, float offset, float epsilon) =>
        Forward<WarpTeam, DeviceScalar, float>(input, inputHeads, weight, output, outputHeads, rows, heads, width, width, offset, epsilon);

    /// <summary>A warp a row, 16 bytes at a time. Grid: rows / 8.</summary>
    [GpuKernel(IRowTeam.Threads, Expects = "LDG.E.128 STG.E.128")]
    public static void ForwardShortVectors(
        ArrayView<Float4> input, HeadStrides inputHeads, ArrayView<Float4> weight, ArrayView<Float4> output, HeadStrides outputHeads, int rows, int heads, int width, float offset, float epsilon) =>
        Forward<WarpTeam, DeviceFour, Float4>(input, inputHeads, weight, output, outputHeads, rows, heads, width, width / 4, offset, epsilon);

    /// <summary>A block a row, 4 bytes at a time. Grid: rows.</summary>
    [GpuKernel(IRowTeam.Threads)]
    public static void ForwardLong(
        ArrayView<float> input, HeadStrides inputHeads, ArrayView<float> weight, ArrayView<float> output, HeadStrides outputHeads, int rows, int heads, int width, float offset, float epsilon) =>
        Forward<BlockTeam, DeviceScalar, float>(input, inputHeads, weight, output, outputHeads, rows, heads, width, width, offset, epsilon);

    /// <summary>A block a row, 16 bytes at a time. Grid: rows.</summary>
    [GpuKernel(IRowTeam.Threads, Expects = "LDG.E.128 STG.E.128")]
    public static void ForwardLongVectors(
        ArrayView<Float4> input, HeadStrides inputHeads, ArrayView<Float4> weight, ArrayView<Float4> output, HeadStrides outputHeads, int rows, int heads, int width, float offset, float epsilon) =>
        Forward<BlockTeam, DeviceFour, Float4>(input, inputHeads, weight, output, outputHeads, rows, heads, width, width / 4, offset, epsilon);

    /// <summary>(squares / width + epsilon)^(-1/2), with what the roundings of root and division lost put back.</summary>
    public static float InverseRms(float squares, int width, float epsilon)
    {
        var mean = FastMath.Add(FastMath.Divide(squares, width), epsilon);
        var inverse = FastMath.Reciprocal(FastMath.Sqrt(mean));
        var excess = FastMath.Fma(FastMath.Multiply(mean, inverse), -inverse, 1f);
        return mean > 1e-30f ? FastMath.Fma(FastMath.Multiply(inverse, 0.5f), excess, inverse) : inverse;
    }

    private static void Forward<TTeam, TSimd, TVector>(
        ArrayView<TVector> input, HeadStrides inputHeads, ArrayView<TVector> weight, ArrayView<TVector> output, HeadStrides outputHeads, int rows, int heads, int width, int vectors, float offset,
        float epsilon)
        where TTeam : struct, IRowTeam
        where TSimd : struct, IDeviceSimd<TVector>
        where TVector : unmanaged
    {
        var row = TTeam.Row;
        if (row >= rows)
        {
            return;
        }

        var token = (int)((uint)row / (uint)heads);
        var head = row - (token * heads);
        var x = HeadStrides.At(inputHeads, token, head);
        var y = HeadStrides.At(outputHeads, token, head);
        var w = (long)head * vectors;
        var sums = TSimd.Create(0f);
        for (var i = TTeam.Rank; i < vectors; i += TTeam.Size)
        {
            var value = input[x + i];
            sums = TSimd.Fma(value, value, sums);
        }

        var factor = TSimd.Create(InverseRms(TTeam.Sum(TSimd.Sum(sums)), width, epsilon));
        var offsets = TSimd.Create(offset);
        for (var i = TTeam.Rank; i < vectors; i += TTeam.Size)
        {
            output[y + i] = TSimd.Multiply(TSimd.Multiply(input[x + i], factor), TSimd.Add(weight[w + i], offsets));
        }
    }
}
