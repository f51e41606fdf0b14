using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// Choosing by indices on a GPU. The table and what is chosen of it are seen as [outer, axis, inner]; every tensor has strides of its own: in layouts X is the table, Y the indices (int32),
/// Z what is chosen. Block 256. Twin: <see cref="Indexing"/> on the processor.
/// </summary>
internal static class IndexingKernels
{
    /// <summary>Threads of a block.</summary>
    public const int Threads = 256;

    /// <summary>chosen = table, a thread an element. Grid: chosen / 256.</summary>
    [GpuKernel(Threads)]
    public static void Gather(
        ArrayView<float> table, ArrayView<int> indices, ArrayView<float> chosen, ElementLayout tableLayout, ElementLayout chosenLayout, long count, long tableSize, long chosenSize, long inner)
    {
        var element = ((long)Grid.IdxX * Threads) + Group.IdxX;
        if (element >= count)
        {
            return;
        }

        var places = ElementLayout.At(chosenLayout, element);
        var outer = (long)((ulong)element / (ulong)(chosenSize * inner));
        var column = (long)((ulong)element % (ulong)inner);
        var from = (((outer * tableSize) + indices[places.Y]) * inner) + column;
        chosen[places.Z] = table[ElementLayout.At(tableLayout, from).X];
    }

    /// <summary>table += chosen; a thread goes through one column of one outer place, so that elements that meet are added in their order. Grid: outer · inner / 256.</summary>
    [GpuKernel(Threads)]
    public static void ScatterAdd(
        ArrayView<float> table, ArrayView<int> indices, ArrayView<float> chosen, ElementLayout tableLayout, ElementLayout chosenLayout, long columns, long tableSize, long chosenSize, long inner)
    {
        var item = ((long)Grid.IdxX * Threads) + Group.IdxX;
        if (item >= columns)
        {
            return;
        }

        var outer = (long)((ulong)item / (ulong)inner);
        var column = item - (outer * inner);
        for (var j = 0L; j < chosenSize; j++)
        {
            var places = ElementLayout.At(chosenLayout, (((outer * chosenSize) + j) * inner) + column);
            var to = ElementLayout.At(tableLayout, (((outer * tableSize) + indices[places.Y]) * inner) + column).X;
            table[to] = FastMath.Add(table[to], chosen[places.Z]);
        }
    }
}
