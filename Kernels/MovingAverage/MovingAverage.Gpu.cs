using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// target += factor (source - target) on a GPU, rounded once. Shapes: rows of one width, each tensor with strides of its own, f32. Grid: <see cref="RowTiles"/>. The bits of the
/// processor.
/// </summary>
internal static class MovingAverageKernels
{
    /// <summary>4 bytes at a time.</summary>
    [GpuKernel(RowTiles.Threads)]
    public static void Step(ArrayView<float> target, RowStrides targetRows, ArrayView<float> source, RowStrides sourceRows, float factor, RowTiles tiles) =>
        Step<DeviceScalar, float>(target, targetRows, source, sourceRows, factor, tiles);

    /// <summary>16 bytes at a time.</summary>
    [GpuKernel(RowTiles.Threads, Expects = "LDG.E.128 STG.E.128")]
    public static void StepVectors(ArrayView<Float4> target, RowStrides targetRows, ArrayView<Float4> source, RowStrides sourceRows, float factor, RowTiles tiles) =>
        Step<DeviceFour, Float4>(target, targetRows, source, sourceRows, factor, tiles);

    private static void Step<TSimd, TVector>(
        ArrayView<TVector> target, RowStrides targetRows, ArrayView<TVector> source, RowStrides sourceRows, float factor, RowTiles tiles)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var row = RowTiles.Row(tiles);
        var column = RowTiles.Column(tiles);
        if (row < tiles.Rows && column < tiles.Width)
        {
            var place = RowStrides.At(targetRows, row) + column;
            var average = target[place];
            target[place] = TSimd.Fma(TSimd.Create(factor), TSimd.Subtract(source[RowStrides.At(sourceRows, row) + column], average), average);
        }
    }
}
