using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>Attention's backward pass on a GPU: <see cref="Deltas"/>, then gradients of queries and of keys and values, each element with one owner.</summary>
/// <remarks>
/// Tiles as in <see cref="FlashAttentionKernels"/>, and one structure for both passes: 64 kept rows (queries, or keys) stay, tiles of 64 passing rows go by; S and dP are made anew, become P and
/// dS, and are the weights of the sums back onto the kept rows. Order of summation: over keys in order for a query; over tokens in order, inside a token over heads in order, for a key.
/// </remarks>
internal static partial class FlashAttentionBackwardKernels
{
    /// <summary>Rows of a block of <see cref="Deltas"/>: one a warp.</summary>
    public const int RowsOfDeltas = 8;

    private const double Log2E = 1.4426950408889634;

    /// <summary>
    /// <c>statistics[row] = (L log2 e, dO · O)</c> for the rows of [T, Hq]. Lanes take every 32nd element, then fold in halves.
    /// </summary>
    [GpuKernel(32 * RowsOfDeltas)]
    public static void Deltas(
        ArrayView<float> output, ArrayView<float> logSumExp, ArrayView<float> gradient, long tokenStride, long headStride, ArrayView<float> statistics, int rows, int heads, int headSize)
    {
        var row = (RowsOfDeltas * Grid.IdxX) + (Group.IdxX >> 5);
        var isRow = row < rows;
        var sum = 0f;
        if (isRow)
        {
            var from = AddressRows.AddressOf(ref gradient[0]) + ((row / heads) * tokenStride) + ((row % heads) * headStride);
            for (var p = Group.IdxX & 31; p < headSize; p += 32)
            {
                sum = FastMath.Fma(AddressMemory.Load(from + (4L * p)), output[((long)row * headSize) + p], sum);
            }
        }

        sum = WarpReduce.Sum(sum);
        if (isRow && (Group.IdxX & 31) == 0)
        {
            statistics[2L * row] = (float)(logSumExp[row] * Log2E);
            statistics[(2L * row) + 1] = sum;
        }
    }

    /// <summary>Gradient of the queries [T, Hq, P]. Grid as the forward pass.</summary>
    [GpuKernel(TileProduct64.Threads, MinimumBlocks = 2)]
    [GpuKernelVariant("p64", typeof(OnePanel))]
    [GpuKernelVariant("p128", typeof(TwoPanels))]
    public static void Queries<TPanels>(
        ArrayView<long> sequences,
        ArrayView<float> query,
        ArrayView<float> key,
        ArrayView<float> value,
        ArrayView<float> outputGradient,
        ArrayView<float> statistics,
        ArrayView<float> queryGradient,
        AttentionShape shape,
        AttentionGradientShape gradients)
        where TPanels : struct, IPanels
    {
        var memory = SharedMemory.Allocate<Float4>(TileProduct64.MemoryVectors);
        var weights = SharedMemory.Allocate<Float4>(TileProduct64.MemoryVectors);
        var queries = SharedMemory.Allocate<long>(TileProduct64.Size);
        var outputs = SharedMemory.Allocate<long>(TileProduct64.Size);
        var keys = SharedMemory.Allocate<long>(TileProduct64.Size);
        var values = SharedMemory.Allocate<long>(TileProduct64.Size);
        var rows = AttentionRows.Of(sequences, AttentionTable.FirstTile, Grid.IdxX, Grid.IdxY, shape);
        var firstRow = TileProduct64.Size * rows.Item;
        if (firstRow >= rows.Count)
        {
            return;
        }

        var isVector = shape.IsVector != 0;
        var lastRow = FlashAttentionKernels.Least(firstRow + TileProduct64.Size, rows.Count) - 1;
        var firstKey = rows.FirstVisible(rows.PositionOf(firstRow));
        var lastKey = rows.PositionOf(lastRow);
        if (Group.IdxX < TileProduct64.Size)
        {
            var row = firstRow + Group.IdxX;
            queries[Group.IdxX] = row <= lastRow ? rows.QueryRow(AddressRows.AddressOf(ref query[0]), row, shape.QueryToken, shape.QueryHead) : 0;
            outputs[Group.IdxX] = row <= lastRow ? rows.QueryRow(AddressRows.AddressOf(ref outputGradient[0]), row, gradients.OutputToken, gradients.OutputHead) : 0;
        }

        var column = 64 * TPanels.Count * Grid.IdxZ;
        var own = firstRow + (4 * TileProduct64.RowGroup);
        var (row0, row1) = (FlashAttentionKernels.Least(own, lastRow), FlashAttentionKernels.Least(own + 1, lastRow));
        var (row2, row3) = (FlashAttentionKernels.Least(own + 2, lastRow), FlashAttentionKernels.Least(own + 3, lastRow));
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
            var slopes = TileProduct64.Dots(outputs, values, shape.HeadSize, isVector, 1f, memory);
            var first = tile + (4 * TileProduct64.ColumnGroup);
            scores.Row0 = SlopesOfQuery(rows, row0, scores.Row0, slopes.Row0, first, statistics);
            scores.Row1 = SlopesOfQuery(rows, row1, scores.Row1, slopes.Row1, first, statistics);
            scores.Row2 = SlopesOfQuery(rows, row2, scores.Row2, slopes.Row2, first, statistics);
            scores.Row3 = SlopesOfQuery(rows, row3, scores.Row3, slopes.Row3, first, statistics);
            TileProduct64.Store(scores, weights);
            var end = FlashAttentionKernels.Least((lastKey - tile + 4) & ~3, TileProduct64.Size);
            sum0 = TileProduct64.Accumulate(sum0, weights, keys, column, shape.HeadSize, isVector, memory, 0, end);
            if (TPanels.Count > 1)
            {
                sum1 = TileProduct64.Accumulate(sum1, weights, keys, column + 64, shape.HeadSize, isVector, memory, 0, end);
            }
        }

        var start = AddressRows.AddressOf(ref queryGradient[0]);
        StoreQuery<TPanels>(rows, own, lastRow, start, gradients, column, sum0.Row0, sum1.Row0);
        StoreQuery<TPanels>(rows, own + 1, lastRow, start, gradients, column, sum0.Row1, sum1.Row1);
        StoreQuery<TPanels>(rows, own + 2, lastRow, start, gradients, column, sum0.Row2, sum1.Row2);
        StoreQuery<TPanels>(rows, own + 3, lastRow, start, gradients, column, sum0.Row3, sum1.Row3);
    }

    /// <summary>Gradients of keys and values [T, Hkv, P], summed over the heads of a group. Grid (blocks of 64 keys, key-value head, block of columns).</summary>
    [GpuKernel(TileProduct64.Threads, MaximumRegisters = 168)]
    [GpuKernelVariant("p64", typeof(OnePanel))]
    [GpuKernelVariant("p128", typeof(TwoPanels))]
    public static void Keys<TPanels>(
        ArrayView<long> sequences,
        ArrayView<float> query,
        ArrayView<float> key,
        ArrayView<float> value,
        ArrayView<float> outputGradient,
        ArrayView<float> statistics,
        ArrayView<float> keyGradient,
        ArrayView<float> valueGradient,
        AttentionShape shape,
        AttentionGradientShape gradients)
        where TPanels : struct, IPanels
    {
        var memory = SharedMemory.Allocate<Float4>(TileProduct64.MemoryVectors);
        var weights = SharedMemory.Allocate<Float4>(TileProduct64.MemoryVectors);
        var queries = SharedMemory.Allocate<long>(TileProduct64.Size);
        var outputs = SharedMemory.Allocate<long>(TileProduct64.Size);
        var keys = SharedMemory.Allocate<long>(TileProduct64.Size);
        var values = SharedMemory.Allocate<long>(TileProduct64.Size);
        var rows = AttentionRows.Of(sequences, AttentionTable.FirstTile, Grid.IdxX, Grid.IdxY, shape);
        var firstKey = TileProduct64.Size * rows.Item;
        if (firstKey >= rows.Length)
        {
            return;
        }

        // Rows of the tokens that see a key of the block; a key-value head without query heads has none, and gradients of zero.
        var isVector = shape.IsVector != 0;
        var lastKey = FlashAttentionKernels.Least(firstKey + TileProduct64.Size, rows.Length) - 1;
        var lastToken = shape.Window >= rows.Length - 1 - lastKey ? rows.Length - 1 : lastKey + shape.Window;
        var firstRow = firstKey * rows.Heads;
        var lastRow = ((lastToken + 1) * rows.Heads) - 1;
        if (Group.IdxX < TileProduct64.Size)
        {
            var at = firstKey + Group.IdxX;
            keys[Group.IdxX] = at <= lastKey ? rows.KeyRow(AddressRows.AddressOf(ref key[0]), at) : 0;
            values[Group.IdxX] = at <= lastKey ? rows.ValueRow(AddressRows.AddressOf(ref value[0]), at) : 0;
        }

        var column = 64 * TPanels.Count * Grid.IdxZ;
        var own = firstKey + (4 * TileProduct64.RowGroup);
        var ofKeys0 = default(Tile4x4);
        var ofKeys1 = default(Tile4x4);
        var ofValues0 = default(Tile4x4);
        var ofValues1 = default(Tile4x4);
        for (var tile = firstRow; tile <= lastRow; tile += TileProduct64.Size)
        {
            Group.Barrier();
            if (Group.IdxX < TileProduct64.Size)
            {
                var row = tile + Group.IdxX;
                queries[Group.IdxX] = row <= lastRow ? rows.QueryRow(AddressRows.AddressOf(ref query[0]), row, shape.QueryToken, shape.QueryHead) : 0;
                outputs[Group.IdxX] = row <= lastRow ? rows.QueryRow(AddressRows.AddressOf(ref outputGradient[0]), row, gradients.OutputToken, gradients.OutputHead) : 0;
            }

            var scores = TileProduct64.Dots(keys, queries, shape.HeadSize, isVector, shape.Scale, memory);
            var slopes = TileProduct64.Dots(values, outputs, shape.HeadSize, isVector, 1f, memory);
            scores = WeightsOfKeys(rows, scores, own, tile + (4 * TileProduct64.ColumnGroup), lastRow, statistics);
            slopes = SlopesOfKeys(rows, scores, slopes, tile + (4 * TileProduct64.ColumnGroup), lastRow, statistics);
            TileProduct64.Store(scores, weights);
            var end = FlashAttentionKernels.Least((lastRow - tile + 4) & ~3, TileProduct64.Size);
            ofValues0 = TileProduct64.Accumulate(ofValues0, weights, outputs, column, shape.HeadSize, isVector, memory, 0, end);
            if (TPanels.Count > 1)
            {
                ofValues1 = TileProduct64.Accumulate(ofValues1, weights, outputs, column + 64, shape.HeadSize, isVector, memory, 0, end);
            }

            Group.Barrier();
            TileProduct64.Store(slopes, weights);
            ofKeys0 = TileProduct64.Accumulate(ofKeys0, weights, queries, column, shape.HeadSize, isVector, memory, 0, end);
            if (TPanels.Count > 1)
            {
                ofKeys1 = TileProduct64.Accumulate(ofKeys1, weights, queries, column + 64, shape.HeadSize, isVector, memory, 0, end);
            }
        }

        var factors = new Float4(gradients.Scale, gradients.Scale, gradients.Scale, gradients.Scale);
        var toKeys = AddressRows.AddressOf(ref keyGradient[0]) + (rows.FirstToken * gradients.KeyToken) + (rows.KeyValueHead * gradients.KeyHead);
        var toValues = AddressRows.AddressOf(ref valueGradient[0]) + (rows.FirstToken * gradients.ValueToken) + (rows.KeyValueHead * gradients.ValueHead);
        StoreTile(Tile4x4.ScaleRows(ofKeys0, factors), toKeys, gradients.KeyToken, own, lastKey, column, shape);
        StoreTile(ofValues0, toValues, gradients.ValueToken, own, lastKey, column, shape);
        if (TPanels.Count > 1)
        {
            StoreTile(Tile4x4.ScaleRows(ofKeys1, factors), toKeys, gradients.KeyToken, own, lastKey, column + 64, shape);
            StoreTile(ofValues1, toValues, gradients.ValueToken, own, lastKey, column + 64, shape);
        }
    }
}
