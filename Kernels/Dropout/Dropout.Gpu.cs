using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// Dropout on a GPU: element e stays iff word e mod 4 of <see cref="Philox"/>'s block ⌊e / 4⌋ is at least the threshold, and is scaled. Shapes: rows of one width, each tensor with strides
/// of its own, f32; output may be the input. Grid: <see cref="RowTiles"/>. The mask and the bits of the processor.
/// </summary>
internal static class DropoutKernels
{
    /// <summary>An element a thread, which makes the whole block of random words for it: rows whose width is no multiple of 4.</summary>
    [GpuKernel(RowTiles.Threads)]
    public static void Apply(
        ArrayView<float> input, RowStrides inputRows, ArrayView<float> output, RowStrides outputRows, long seed, long key, uint threshold, float scale, RowTiles tiles)
    {
        var row = RowTiles.Row(tiles);
        var column = RowTiles.Column(tiles);
        if (row >= tiles.Rows || column >= tiles.Width)
        {
            return;
        }

        var element = ((ulong)row * (ulong)tiles.Width) + (ulong)column;
        var (low, high) = new Philox((ulong)seed, (ulong)key).Block(element >> 2);
        var word = (int)element & 3;
        var random = (uint)((word < 2 ? low : high) >> (32 * (word & 1)));
        var value = FastMath.Multiply(input[RowStrides.At(inputRows, row) + column], scale);
        output[RowStrides.At(outputRows, row) + column] = random >= threshold ? value : 0f;
    }

    /// <summary>Four elements a thread, one block of random words.</summary>
    [GpuKernel(RowTiles.Threads, Expects = "LDG.E.128 STG.E.128")]
    public static void ApplyVectors(
        ArrayView<Float4> input, RowStrides inputRows, ArrayView<Float4> output, RowStrides outputRows, long seed, long key, uint threshold, float scale, RowTiles tiles)
    {
        var row = RowTiles.Row(tiles);
        var column = RowTiles.Column(tiles);
        if (row >= tiles.Rows || column >= tiles.Width)
        {
            return;
        }

        var (low, high) = new Philox((ulong)seed, (ulong)key).Block(((ulong)row * (ulong)tiles.Width) + (ulong)column);
        var value = DeviceFour.Multiply(input[RowStrides.At(inputRows, row) + column], DeviceFour.Create(scale));
        output[RowStrides.At(outputRows, row) + column] = new Float4(
            (uint)low >= threshold ? value.X : 0f, (uint)(low >> 32) >= threshold ? value.Y : 0f, (uint)high >= threshold ? value.Z : 0f, (uint)(high >> 32) >= threshold ? value.W : 0f);
    }
}
