using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>How many panels of 64 output columns a block makes: a constant of the kernel's variant.</summary>
internal interface IPanels
{
    /// <summary>1 or 2.</summary>
    static abstract int Count { get; }
}

/// <summary>Head sizes up to 64.</summary>
internal readonly struct OnePanel : IPanels
{
    /// <inheritdoc/>
    public static int Count => 1;
}

/// <summary>Head sizes up to 128; larger ones take several blocks, each with the scores anew.</summary>
internal readonly struct TwoPanels : IPanels
{
    /// <inheritdoc/>
    public static int Count => 2;
}

/// <summary>Attention's forward pass on a GPU, tiled form.</summary>
/// <remarks>
/// A block: 64 query rows (see <see cref="AttentionRows"/>) of a key-value head, and 64 or 128 columns of the output. Tiles of 64 keys pass by: scores into registers, online softmax,
/// weights to shared memory, sum over values. 36 KiB of shared memory; no size of the head is special, what is missing to a multiple of 32 is zeros.
/// Order of summation: a score is one chain over p; sums are chains over the keys in order, sixteen threads' sums of weights fold in halves. Begins of tiles depend on the block alone.
/// </remarks>
internal static partial class FlashAttentionKernels
{
    /// <summary>Output [T, Hq, P] and, where it has a length, log-sum-exp [T, Hq].</summary>
    [GpuKernel(TileProduct64.Threads, MinimumBlocks = 2)]
    [GpuKernelVariant("p64", typeof(OnePanel))]
    [GpuKernelVariant("p128", typeof(TwoPanels))]
    public static void Forward<TPanels>(
        ArrayView<long> sequences, ArrayView<float> query, ArrayView<float> key, ArrayView<float> value, ArrayView<float> output, ArrayView<float> logSumExp, AttentionShape shape)
        where TPanels : struct, IPanels
    {
        var memory = SharedMemory.Allocate<Float4>(TileProduct64.MemoryVectors);
        var weights = SharedMemory.Allocate<Float4>(TileProduct64.MemoryVectors);
        var queries = SharedMemory.Allocate<long>(TileProduct64.Size);
        var keys = SharedMemory.Allocate<long>(TileProduct64.Size);
        var values = SharedMemory.Allocate<long>(TileProduct64.Size);
        var rows = AttentionRows.Of(sequences, AttentionTable.FirstTile, Grid.IdxX, Grid.IdxY, shape);
        var firstRow = TileProduct64.Size * rows.Item;
        if (firstRow >= rows.Count)
        {
            return;
        }

        var column = 64 * TPanels.Count * Grid.IdxZ;
        var isVector = shape.IsVector != 0;
        var lastRow = firstRow + TileProduct64.Size < rows.Count ? firstRow + TileProduct64.Size - 1 : rows.Count - 1;
        var firstKey = rows.FirstVisible(rows.PositionOf(firstRow));
        var lastKey = rows.PositionOf(lastRow);
        if (Group.IdxX < TileProduct64.Size)
        {
            var row = firstRow + Group.IdxX;
            queries[Group.IdxX] = row <= lastRow ? rows.QueryRow(AddressRows.AddressOf(ref query[0]), row, shape.QueryToken, shape.QueryHead) : 0;
        }

        // Rows past the last one repeat its position; nobody stores them.
        var own = firstRow + (4 * TileProduct64.RowGroup);
        var (position0, position1) = (rows.PositionOf(Least(own, lastRow)), rows.PositionOf(Least(own + 1, lastRow)));
        var (position2, position3) = (rows.PositionOf(Least(own + 2, lastRow)), rows.PositionOf(Least(own + 3, lastRow)));
        var softmax = OnlineSoftmaxRows.Begin();
        var sum0 = default(Tile4x4);
        var sum1 = default(Tile4x4);
        for (var tile = firstKey; tile <= lastKey; tile += TileProduct64.Size)
        {
            Group.Barrier();
            if (Group.IdxX < TileProduct64.Size)
            {
                var at = tile + Group.IdxX;
                keys[Group.IdxX] = at <= lastKey ? rows.KeyRow(AddressRows.AddressOf(ref key[0]), at) : 0;
                values[Group.IdxX] = at <= lastKey ? rows.ValueRow(AddressRows.AddressOf(ref value[0]), at) : 0;
            }

            var scores = TileProduct64.Dots(queries, keys, shape.HeadSize, isVector, shape.Scale, memory);
            var first = tile + (4 * TileProduct64.ColumnGroup);
            scores.Row0 = OnlineSoftmaxRows.Mask(scores.Row0, position0 - first, shape.Window);
            scores.Row1 = OnlineSoftmaxRows.Mask(scores.Row1, position1 - first, shape.Window);
            scores.Row2 = OnlineSoftmaxRows.Mask(scores.Row2, position2 - first, shape.Window);
            scores.Row3 = OnlineSoftmaxRows.Mask(scores.Row3, position3 - first, shape.Window);
            var correction = softmax.Raise(new Float4(
                TileProduct64.MaxOfRow(OnlineSoftmaxRows.Largest(scores.Row0)),
                TileProduct64.MaxOfRow(OnlineSoftmaxRows.Largest(scores.Row1)),
                TileProduct64.MaxOfRow(OnlineSoftmaxRows.Largest(scores.Row2)),
                TileProduct64.MaxOfRow(OnlineSoftmaxRows.Largest(scores.Row3))));
            scores.Row0 = OnlineSoftmaxRows.Weights(scores.Row0, softmax.Maximum.X);
            scores.Row1 = OnlineSoftmaxRows.Weights(scores.Row1, softmax.Maximum.Y);
            scores.Row2 = OnlineSoftmaxRows.Weights(scores.Row2, softmax.Maximum.Z);
            scores.Row3 = OnlineSoftmaxRows.Weights(scores.Row3, softmax.Maximum.W);
            softmax.Add(correction, new Float4(
                TileProduct64.SumOfRow(OnlineSoftmaxRows.Total(scores.Row0)),
                TileProduct64.SumOfRow(OnlineSoftmaxRows.Total(scores.Row1)),
                TileProduct64.SumOfRow(OnlineSoftmaxRows.Total(scores.Row2)),
                TileProduct64.SumOfRow(OnlineSoftmaxRows.Total(scores.Row3))));
            TileProduct64.Store(scores, weights);
            var end = Least((lastKey - tile + 4) & ~3, TileProduct64.Size);
            sum0 = Tile4x4.ScaleRows(sum0, correction);
            sum0 = TileProduct64.Accumulate(sum0, weights, values, column, shape.HeadSize, isVector, memory, 0, end);
            if (TPanels.Count > 1)
            {
                sum1 = Tile4x4.ScaleRows(sum1, correction);
                sum1 = TileProduct64.Accumulate(sum1, weights, values, column + 64, shape.HeadSize, isVector, memory, 0, end);
            }
        }

        var start = AddressRows.AddressOf(ref output[0]);
        Finish<TPanels>(rows, own, lastRow, softmax.Maximum.X, softmax.Sum.X, sum0.Row0, sum1.Row0, column, start, logSumExp);
        Finish<TPanels>(rows, own + 1, lastRow, softmax.Maximum.Y, softmax.Sum.Y, sum0.Row1, sum1.Row1, column, start, logSumExp);
        Finish<TPanels>(rows, own + 2, lastRow, softmax.Maximum.Z, softmax.Sum.Z, sum0.Row2, sum1.Row2, column, start, logSumExp);
        Finish<TPanels>(rows, own + 3, lastRow, softmax.Maximum.W, softmax.Sum.W, sum0.Row3, sum1.Row3, column, start, logSumExp);
    }

    internal static int Least(int left, int right) => left < right ? left : right;

    private static void Finish<TPanels>(
        AttentionRows rows, int row, int lastRow, float maximum, float total, Float4 sum0, Float4 sum1, int column, long output, ArrayView<float> logSumExp)
        where TPanels : struct, IPanels
    {
        if (row > lastRow)
        {
            return;
        }

        var place = rows.Place(row);
        var width = rows.Shape.HeadSize;
        var isVector = rows.Shape.IsVector != 0;
        var inverse = OnlineSoftmaxRows.Inverse(total);
        var to = output + (4 * place * width);
        var at = column + (4 * TileProduct64.ColumnGroup);
        AddressRows.StoreRow(to, at, width, isVector, Tile4x4.Multiply(inverse, sum0));
        if (TPanels.Count > 1)
        {
            AddressRows.StoreRow(to, at + 64, width, isVector, Tile4x4.Multiply(inverse, sum1));
        }

        if (at == 0 && logSumExp.Length > 0)
        {
            logSumExp[place] = OnlineSoftmaxRows.LogSumExp(maximum, total);
        }
    }
}
