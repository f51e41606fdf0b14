using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// The embedding's gradient on a GPU: tableGradient[row] += Σ outputGradient[t] over the tokens of the row, in rising order. Shapes: order [T], the tokens of one row side by side;
/// starts [rows + 1] into it; rowIndices [rows]; outputGradient rows of any stride; tableGradient [V, D] dense; f32. Grid: <see cref="RowTiles"/> over rows that occur: every element
/// has one owner, so nothing is atomic and the bits are the processor's.
/// </summary>
internal static class EmbeddingBackwardKernels
{
    /// <summary>4 bytes at a time.</summary>
    [GpuKernel(RowTiles.Threads)]
    public static void Add(
        ArrayView<float> outputGradient, RowStrides gradientRows, ArrayView<int> order, ArrayView<int> starts, ArrayView<int> rowIndices, ArrayView<float> tableGradient, RowTiles tiles) =>
        Add<DeviceScalar, float>(outputGradient, gradientRows, order, starts, rowIndices, tableGradient, tiles);

    /// <summary>16 bytes at a time.</summary>
    [GpuKernel(RowTiles.Threads, Expects = "LDG.E.128 STG.E.128")]
    public static void AddVectors(
        ArrayView<Float4> outputGradient, RowStrides gradientRows, ArrayView<int> order, ArrayView<int> starts, ArrayView<int> rowIndices, ArrayView<Float4> tableGradient, RowTiles tiles) =>
        Add<DeviceFour, Float4>(outputGradient, gradientRows, order, starts, rowIndices, tableGradient, tiles);

    private static void Add<TSimd, TVector>(
        ArrayView<TVector> outputGradient, RowStrides gradientRows, ArrayView<int> order, ArrayView<int> starts, ArrayView<int> rowIndices, ArrayView<TVector> tableGradient, RowTiles tiles)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var row = RowTiles.Row(tiles);
        var column = RowTiles.Column(tiles);
        if (row >= tiles.Rows || column >= tiles.Width)
        {
            return;
        }

        var to = ((long)rowIndices[row] * tiles.Width) + column;
        var sum = tableGradient[to];
        var last = starts[row + 1];
        for (var i = starts[row]; i < last; i++)
        {
            sum = TSimd.Add(sum, outputGradient[RowStrides.At(gradientRows, order[i]) + column]);
        }

        tableGradient[to] = sum;
    }
}
