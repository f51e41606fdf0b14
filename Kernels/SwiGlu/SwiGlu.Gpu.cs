using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// SwiGLU and its gradients on a GPU, a thread a place of the gate's half. Shapes: gate and up are two views of [T, 2F] with rows of one stride, all f32. Grid: <see cref="RowTiles"/>.
/// The bits of the processor.
/// </summary>
internal static class SwiGluKernels
{
    /// <summary>output = SiLU(gate) · up, 4 bytes at a time.</summary>
    [GpuKernel(RowTiles.Threads)]
    public static void Forward(
        ArrayView<float> gate, RowStrides gateRows, ArrayView<float> up, RowStrides upRows, ArrayView<float> output, RowStrides outputRows, RowTiles tiles) =>
        RowFunctions.Binary<SwiGlu.Gate, DeviceScalar, float>(gate, gateRows, up, upRows, output, outputRows, tiles);

    /// <summary>The same, 16 bytes at a time.</summary>
    [GpuKernel(RowTiles.Threads, Expects = "LDG.E.128 STG.E.128")]
    public static void ForwardVectors(
        ArrayView<Float4> gate, RowStrides gateRows, ArrayView<Float4> up, RowStrides upRows, ArrayView<Float4> output, RowStrides outputRows, RowTiles tiles) =>
        RowFunctions.Binary<SwiGlu.Gate, DeviceFour, Float4>(gate, gateRows, up, upRows, output, outputRows, tiles);

    /// <summary>dgate = dy · up · SiLU'(gate), dup = dy · SiLU(gate); 4 bytes at a time. The gradients may lie where gate and up do.</summary>
    [GpuKernel(RowTiles.Threads)]
    public static void Backward(
        ArrayView<float> gateUp, RowStrides gateUpRows, ArrayView<float> outputGradient, RowStrides outputRows, ArrayView<float> gradient, RowStrides gradientRows, RowTiles tiles) =>
        Backward<DeviceScalar, float>(gateUp, gateUpRows, outputGradient, outputRows, gradient, gradientRows, tiles);

    /// <summary>The same, 16 bytes at a time.</summary>
    [GpuKernel(RowTiles.Threads, Expects = "LDG.E.128 STG.E.128")]
    public static void BackwardVectors(
        ArrayView<Float4> gateUp, RowStrides gateUpRows, ArrayView<Float4> outputGradient, RowStrides outputRows, ArrayView<Float4> gradient, RowStrides gradientRows, RowTiles tiles) =>
        Backward<DeviceFour, Float4>(gateUp, gateUpRows, outputGradient, outputRows, gradient, gradientRows, tiles);

    private static void Backward<TSimd, TVector>(
        ArrayView<TVector> gateUp, RowStrides gateUpRows, ArrayView<TVector> outputGradient, RowStrides outputRows, ArrayView<TVector> gradient, RowStrides gradientRows, RowTiles tiles)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var row = RowTiles.Row(tiles);
        var column = RowTiles.Column(tiles);
        if (row >= tiles.Rows || column >= tiles.Width)
        {
            return;
        }

        var from = RowStrides.At(gateUpRows, row) + column;
        var to = RowStrides.At(gradientRows, row) + column;
        var up = gateUp[from + tiles.Width];
        var dy = outputGradient[RowStrides.At(outputRows, row) + column];
        var slope = SiluGradient.Slope<TSimd, TVector>(gateUp[from], out var silu);
        gradient[to] = TSimd.Multiply(TSimd.Multiply(dy, up), slope);
        gradient[to + tiles.Width] = TSimd.Multiply(dy, silu);
    }
}
