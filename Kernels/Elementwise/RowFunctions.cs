using ILGPU;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>Bodies of element-wise GPU kernels over rows: a thread, a place. Generic in the function and in the access's width; the kernels that name both are beside their operators.</summary>
internal static class RowFunctions
{
    /// <summary>output = f(left, right).</summary>
    public static void Binary<TOperator, TSimd, TVector>(
        ArrayView<TVector> left, RowStrides leftRows, ArrayView<TVector> right, RowStrides rightRows, ArrayView<TVector> output, RowStrides outputRows, RowTiles tiles)
        where TOperator : struct, IBinaryOperator
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var row = RowTiles.Row(tiles);
        var column = RowTiles.Column(tiles);
        if (row < tiles.Rows && column < tiles.Width)
        {
            var value = TOperator.Invoke<TSimd, TVector>(left[RowStrides.At(leftRows, row) + column], right[RowStrides.At(rightRows, row) + column]);
            output[RowStrides.At(outputRows, row) + column] = value;
        }
    }
}
