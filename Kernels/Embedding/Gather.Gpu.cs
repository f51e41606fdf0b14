using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// Rows of a table on a GPU: output[r] = widen(table[rows[r]]). Shapes: table rows begin every <c>stride</c> elements and are dense; rows [R] int32, checked on the host; output
/// [R, width] f32, dense. Grid: <see cref="RowTiles"/>, a thread an element (or four). Exact.
/// </summary>
internal static class GatherKernels
{
    /// <summary>float32, 16 bytes at a time.</summary>
    [GpuKernel(RowTiles.Threads, Expects = "LDG.E.128 STG.E.128")]
    public static void SingleVectors(ArrayView<Float4> table, long stride, ArrayView<int> rows, ArrayView<Float4> output, RowTiles tiles)
    {
        var row = RowTiles.Row(tiles);
        var column = RowTiles.Column(tiles);
        if (row < tiles.Rows && column < tiles.Width)
        {
            output[((long)row * tiles.Width) + column] = table[(rows[row] * stride) + column];
        }
    }

    /// <summary>Any storage, an element at a time.</summary>
    [GpuKernel(RowTiles.Threads)]
    [GpuKernelVariant("f32", typeof(StoredElements.Single), typeof(float))]
    [GpuKernelVariant("bf16", typeof(StoredElements.Bf16), typeof(ushort))]
    [GpuKernelVariant("f16", typeof(StoredElements.Float16), typeof(ushort))]
    [GpuKernelVariant("q8_0", typeof(StoredElements.Q8Block), typeof(byte))]
    [GpuKernelVariant("q4_0", typeof(StoredElements.Q4Block), typeof(byte))]
    [GpuKernelVariant("q4_k", typeof(StoredElements.Q4K), typeof(byte))]
    [GpuKernelVariant("q5_k", typeof(StoredElements.Q5K), typeof(byte))]
    [GpuKernelVariant("q6_k", typeof(StoredElements.Q6K), typeof(byte))]
    public static void Rows<TElements, TStorage>(ArrayView<TStorage> table, long stride, ArrayView<int> rows, ArrayView<float> output, RowTiles tiles)
        where TElements : struct, IStoredElements<TStorage>
        where TStorage : unmanaged
    {
        var row = RowTiles.Row(tiles);
        var column = RowTiles.Column(tiles);
        if (row < tiles.Rows && column < tiles.Width)
        {
            output[((long)row * tiles.Width) + column] = TElements.Read(table, (rows[row] * stride) + column);
        }
    }
}
