using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// Moves elements between a table and what indices choose of it, both seen as [outer, axis, inner]. An item is a block of the inner elements of one outer place with
/// the whole axis, which one thread walks in order, so elements that meet are always added in the same order.
/// </summary>
internal unsafe struct IndexingKernel<TDirection> : ISimdKernel
    where TDirection : struct, IIndexingDirection
{
    private const int BlockSize = 256;

    private StridedElements _table;
    private StridedElements _indices;
    private StridedElements _chosen;
    private long _inner;
    private long _tableSize;
    private long _chosenSize;
    private bool _isBySlices;

    /// <summary>Runs the kernel; all has been checked.</summary>
    public static void Run(Tensor table, int axis, Tensor indices, Tensor chosen)
    {
        if (table.Device is CudaDevice device)
        {
            IndexingLaunch.Run(device, TDirection.WritesTable, table, axis, indices, chosen);
            return;
        }

        var (outer, inner) = (1L, 1L);
        for (var i = 0; i < table.Shape.Rank; i++)
        {
            outer *= i < axis ? table.Shape[i] : 1;
            inner *= i > axis ? table.Shape[i] : 1;
        }

        var kernel = new IndexingKernel<TDirection>
        {
            _table = new StridedElements(table), _indices = new StridedElements(indices, chosen.Shape), _chosen = new StridedElements(chosen),
            _inner = inner, _tableSize = table.Shape[axis], _chosenSize = chosen.Shape[axis], _isBySlices = true,
        };
        for (var i = axis + 1; i < table.Shape.Rank; i++)
        {
            var place = i - (chosen.Shape.Rank - indices.Shape.Rank);
            kernel._isBySlices &= place < 0 || indices.Shape[place] == 1;
        }

        var items = chosen.ElementCount == 0 ? 0 : outer * ((inner + BlockSize - 1) / BlockSize);
        SimdKernelRunner.Run(
            OperatorChecks.Workers(nameof(Indexing), table), kernel, table.DType, items, 2 * kernel._chosenSize * Math.Min(inner, BlockSize));

        // The kernel knows addresses only.
        GC.KeepAlive(table);
        GC.KeepAlive(indices);
        GC.KeepAlive(chosen);
    }

    /// <inheritdoc/>
    public void Run<TSimd, TVector>(int begin, int end)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => Run<float>(begin, end);

    /// <inheritdoc/>
    public void RunDouble(int begin, int end) => Run<double>(begin, end);

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Run<T>(int begin, int end)
        where T : unmanaged
    {
        var indices = stackalloc int[BlockSize];
        var blocks = (_inner + BlockSize - 1) / BlockSize;
        for (var item = begin; item < end; item++)
        {
            var (outer, block) = Math.DivRem((long)item, blocks);
            var column = block * BlockSize;
            var count = (int)Math.Min(BlockSize, _inner - column);
            for (var j = 0L; j < _chosenSize; j++)
            {
                var chosen = (((outer * _chosenSize) + j) * _inner) + column;
                if (_isBySlices)
                {
                    Move<T>((((outer * _tableSize) + *_indices.At<int>(chosen)) * _inner) + column, chosen, count);
                    continue;
                }

                var index = _indices.Read(chosen, count, indices);
                var run = 1;
                for (var i = 0; i < count; i += run)
                {
                    run = Neighbours(index + i, count - i);
                    Move<T>((((outer * _tableSize) + index[i]) * _inner) + column + i, chosen + i, run);
                }
            }
        }
    }

    /// <summary>How many of the next indices are equal: their elements lie side by side in both tensors.</summary>
    private static int Neighbours(int* index, int count)
    {
        var run = 1;
        while (run < count && index[run] == index[0])
        {
            run++;
        }

        return run;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Move<T>(long table, long chosen, int count)
        where T : unmanaged
    {
        if (count == 1)
        {
            TDirection.Row(_table.At<T>(table), _chosen.At<T>(chosen), 1);
            return;
        }

        var scratch = stackalloc T[2 * BlockSize];
        var tableRow = _table.Read(table, count, scratch);
        var chosenRow = _chosen.Read(chosen, count, scratch + BlockSize);
        TDirection.Row(tableRow, chosenRow, count);
        if (TDirection.WritesTable && tableRow == scratch)
        {
            _table.Write(table, count, tableRow);
        }
        else if (!TDirection.WritesTable && chosenRow == scratch + BlockSize)
        {
            _chosen.Write(chosen, count, chosenRow);
        }
    }
}
