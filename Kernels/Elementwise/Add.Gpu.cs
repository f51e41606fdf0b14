using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// output = left + right on a GPU, a thread a place. Shapes: rows of one width, each tensor with strides of its own, all f32. Grid: <see cref="RowTiles"/>. The bits of the processor.
/// </summary>
internal static class AddKernels
{
    /// <summary>4 bytes at a time.</summary>
    [GpuKernel(RowTiles.Threads)]
    public static void Forward(
        ArrayView<float> left, RowStrides leftRows, ArrayView<float> right, RowStrides rightRows, ArrayView<float> output, RowStrides outputRows, RowTiles tiles) =>
        RowFunctions.Binary<Add.Sum, DeviceScalar, float>(left, leftRows, right, rightRows, output, outputRows, tiles);

    /// <summary>16 bytes at a time.</summary>
    [GpuKernel(RowTiles.Threads, Expects = "LDG.E.128 STG.E.128")]
    public static void ForwardVectors(
        ArrayView<Float4> left, RowStrides leftRows, ArrayView<Float4> right, RowStrides rightRows, ArrayView<Float4> output, RowStrides outputRows, RowTiles tiles) =>
        RowFunctions.Binary<Add.Sum, DeviceFour, Float4>(left, leftRows, right, rightRows, output, outputRows, tiles);
}
