using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <content>
/// Split form, for few query rows over many keys. A block of 128 threads: 16 query rows, the keys of one split, 128 columns of the output; a warp owns four rows. Every split leaves its
/// sums over values, its maximum and its sum of weights; <see cref="Combine"/> adds the splits in their order. Keys come by in tiles of 64, values in halves of 32 keys.
/// </content>
internal static partial class FlashAttentionKernels
{
    /// <summary>Keys of a split.</summary>
    public const int SplitKeys = 256;

    /// <summary>Query rows of a block.</summary>
    public const int SplitRows = 16;

    /// <summary>Output columns of a block.</summary>
    public const int SplitColumns = 128;

    private const int SplitThreads = 128;
    private const int Depth = 32;
    private const int QueryStride = 20;
    private const int KeyStride = 68;
    private const int ValueStride = 132;

    /// <summary>
    /// Grid (split, key-value head, block of rows times blocks of columns + block of columns). <paramref name="partials"/> is [split, token, Hq] rows of P values, then the maximum
    /// and the sum, of <paramref name="partialStride"/> floats each.
    /// </summary>
    [GpuKernel(SplitThreads)]
    public static void Split(
        ArrayView<long> sequences,
        ArrayView<float> query,
        ArrayView<float> key,
        ArrayView<float> value,
        ArrayView<float> partials,
        int partialStride,
        int columnBlocks,
        AttentionShape shape)
    {
        var memory = SharedMemory.Allocate<Float4>(Depth * ValueStride / 4);
        var packed = SharedMemory.Allocate<Float4>(Depth * QueryStride / 4);
        var weights = SharedMemory.Allocate<Float4>(SplitRows * KeyStride / 4);
        var queries = SharedMemory.Allocate<long>(SplitRows);
        var keys = SharedMemory.Allocate<long>(TileProduct64.Size);
        var values = SharedMemory.Allocate<long>(TileProduct64.Size);
        var rows = AttentionRows.Of(sequences, AttentionTable.FirstSplit, Grid.IdxX, Grid.IdxY, shape);
        var rowBlock = Grid.IdxZ / columnBlocks;
        var column = SplitColumns * (Grid.IdxZ - (rowBlock * columnBlocks));
        var firstRow = SplitRows * rowBlock;
        if (firstRow >= rows.Count)
        {
            return;
        }

        var isVector = shape.IsVector != 0;
        var lastRow = Least(firstRow + SplitRows, rows.Count) - 1;
        var firstKey = rows.FirstVisible(rows.Past) + (SplitKeys * rows.Item);
        var lastKey = Least(firstKey + SplitKeys, rows.Past + rows.Length) - 1;
        if (Group.IdxX < SplitRows)
        {
            var row = firstRow + Group.IdxX;
            queries[Group.IdxX] = row <= lastRow ? rows.QueryRow(AddressRows.AddressOf(ref query[0]), row, shape.QueryToken, shape.QueryHead) : 0;
        }

        var warp = Group.IdxX >> 5;
        var lane = Group.IdxX & 31;
        var own = firstRow + (4 * warp);
        var softmax = OnlineSoftmaxRows.Begin();
        var sum = default(Tile4x4);
        for (var tile = firstKey; tile <= lastKey; tile += TileProduct64.Size)
        {
            Group.Barrier();
            if (Group.IdxX < TileProduct64.Size)
            {
                var at = tile + Group.IdxX;
                keys[Group.IdxX] = at <= lastKey ? rows.KeyRow(AddressRows.AddressOf(ref key[0]), at) : 0;
                values[Group.IdxX] = at <= lastKey ? rows.ValueRow(AddressRows.AddressOf(ref value[0]), at) : 0;
            }

            var scores = SplitScores(queries, keys, shape, memory, packed);
            var first = tile + (2 * lane);
            scores.Row0 = MaskTwo(scores.Row0, rows.PositionOf(Least(own, lastRow)) - first, shape.Window, first, lastKey);
            scores.Row1 = MaskTwo(scores.Row1, rows.PositionOf(Least(own + 1, lastRow)) - first, shape.Window, first, lastKey);
            scores.Row2 = MaskTwo(scores.Row2, rows.PositionOf(Least(own + 2, lastRow)) - first, shape.Window, first, lastKey);
            scores.Row3 = MaskTwo(scores.Row3, rows.PositionOf(Least(own + 3, lastRow)) - first, shape.Window, first, lastKey);
            var correction = softmax.Raise(new Float4(
                WarpReduce.Max(FastMath.Max(scores.Row0.X, scores.Row0.Y)),
                WarpReduce.Max(FastMath.Max(scores.Row1.X, scores.Row1.Y)),
                WarpReduce.Max(FastMath.Max(scores.Row2.X, scores.Row2.Y)),
                WarpReduce.Max(FastMath.Max(scores.Row3.X, scores.Row3.Y))));
            var total = new Float4(
                WeighTwo(scores.Row0, softmax.Maximum.X, weights, 4 * warp, lane),
                WeighTwo(scores.Row1, softmax.Maximum.Y, weights, (4 * warp) + 1, lane),
                WeighTwo(scores.Row2, softmax.Maximum.Z, weights, (4 * warp) + 2, lane),
                WeighTwo(scores.Row3, softmax.Maximum.W, weights, (4 * warp) + 3, lane));
            softmax.Add(correction, total);
            sum = Tile4x4.ScaleRows(sum, correction);
            sum = SplitValues(sum, weights, values, 0, column, shape, memory);
            sum = SplitValues(sum, weights, values, Depth, column, shape, memory);
        }

        // Rows of a split lie as [token, Hq].
        var start = rows.FirstPartial + ((long)rows.Item * rows.Length * shape.QueryHeads);
        StorePartial(rows, own, lastRow, start, softmax.Maximum.X, softmax.Sum.X, sum.Row0, column, partials, partialStride);
        StorePartial(rows, own + 1, lastRow, start, softmax.Maximum.Y, softmax.Sum.Y, sum.Row1, column, partials, partialStride);
        StorePartial(rows, own + 2, lastRow, start, softmax.Maximum.Z, softmax.Sum.Z, sum.Row2, column, partials, partialStride);
        StorePartial(rows, own + 3, lastRow, start, softmax.Maximum.W, softmax.Sum.W, sum.Row3, column, partials, partialStride);
    }

    /// <summary>
    /// Adds the splits of a row in their order. Grid (tokens of the split form times Hq, in the order of <paramref name="sequences"/>); <paramref name="tokens"/> has a triple for each of
    /// those tokens: its place among the call's tokens, its first row of partial results, and from there the distance of the next split; the fourth number is the count of splits.
    /// </summary>
    [GpuKernel(SplitThreads)]
    public static void Combine(
        ArrayView<int> tokens, ArrayView<float> partials, int partialStride, ArrayView<float> output, ArrayView<float> logSumExp, int queryHeads, int headSize)
    {
        var token = Grid.IdxX / queryHeads;
        var head = Grid.IdxX - (token * queryHeads);
        var place = ((long)tokens[4 * token] * queryHeads) + head;
        var first = (long)tokens[(4 * token) + 1] + head;
        var step = tokens[(4 * token) + 2];
        var splits = tokens[(4 * token) + 3];
        var maximum = partials[(first * partialStride) + headSize];
        for (var split = 1; split < splits; split++)
        {
            maximum = FastMath.Max(maximum, partials[((first + ((long)split * step)) * partialStride) + headSize]);
        }

        var total = 0f;
        for (var split = 0; split < splits; split++)
        {
            var at = ((first + ((long)split * step)) * partialStride) + headSize;
            total = FastMath.Fma(partials[at + 1], FastMath.Exp2Approx(FastMath.Subtract(partials[at], maximum)), total);
        }

        var inverse = OnlineSoftmaxRows.Inverse(total);
        for (var p = Group.IdxX; p < headSize; p += SplitThreads)
        {
            var sum = 0f;
            for (var split = 0; split < splits; split++)
            {
                var at = (first + ((long)split * step)) * partialStride;
                sum = FastMath.Fma(partials[at + p], FastMath.Exp2Approx(FastMath.Subtract(partials[at + headSize], maximum)), sum);
            }

            output[(place * headSize) + p] = FastMath.Multiply(sum, inverse);
        }

        if (Group.IdxX == 0 && logSumExp.Length > 0)
        {
            logSumExp[place] = OnlineSoftmaxRows.LogSumExp(maximum, total);
        }
    }

    /// <summary>Scores of four rows and two keys (elements X and Y).</summary>
    private static Tile4x4 SplitScores(ArrayView<long> queries, ArrayView<long> keys, AttentionShape shape, ArrayView<Float4> memory, ArrayView<Float4> packed)
    {
        var isVector = shape.IsVector != 0;
        var left = packed.Cast<float>();
        var right = memory.Cast<float>();
        var pairs = memory.Cast<Float2>();
        var warp = Group.IdxX >> 5;
        var lane = Group.IdxX & 31;
        var p = 4 * (Group.IdxX & 7);
        var sum = default(Tile4x4);
        for (var from = 0; from < shape.HeadSize; from += Depth)
        {
            Group.Barrier();
            var query = Group.IdxX >> 3;
            var part = Tile4x4.Multiply(shape.Scale, AddressRows.LoadRow(queries[query], from + p, shape.HeadSize, isVector));
            left[(p * QueryStride) + query] = part.X;
            left[((p + 1) * QueryStride) + query] = part.Y;
            left[((p + 2) * QueryStride) + query] = part.Z;
            left[((p + 3) * QueryStride) + query] = part.W;
            for (var row = query; row < TileProduct64.Size; row += SplitThreads / 8)
            {
                var value = AddressRows.LoadRow(keys[row], from + p, shape.HeadSize, isVector);
                right[(p * KeyStride) + row] = value.X;
                right[((p + 1) * KeyStride) + row] = value.Y;
                right[((p + 2) * KeyStride) + row] = value.Z;
                right[((p + 3) * KeyStride) + row] = value.W;
            }

            Group.Barrier();
            var steps = Least(shape.HeadSize - from, Depth);
            for (var i = 0; i < steps; i++)
            {
                var q = packed[(i * (QueryStride / 4)) + warp];
                var k = pairs[(i * (KeyStride / 2)) + lane];
                sum.Row0.X = FastMath.Fma(q.X, k.X, sum.Row0.X);
                sum.Row0.Y = FastMath.Fma(q.X, k.Y, sum.Row0.Y);
                sum.Row1.X = FastMath.Fma(q.Y, k.X, sum.Row1.X);
                sum.Row1.Y = FastMath.Fma(q.Y, k.Y, sum.Row1.Y);
                sum.Row2.X = FastMath.Fma(q.Z, k.X, sum.Row2.X);
                sum.Row2.Y = FastMath.Fma(q.Z, k.Y, sum.Row2.Y);
                sum.Row3.X = FastMath.Fma(q.W, k.X, sum.Row3.X);
                sum.Row3.Y = FastMath.Fma(q.W, k.Y, sum.Row3.Y);
            }
        }

        return sum;
    }

    private static Float4 MaskTwo(Float4 scores, int distance, int window, int key, int lastKey) => new(
        (uint)distance <= (uint)window && key <= lastKey ? scores.X : OnlineSoftmaxRows.Hidden,
        (uint)(distance - 1) <= (uint)window && key < lastKey ? scores.Y : OnlineSoftmaxRows.Hidden,
        0,
        0);

    /// <summary>Stores the weights of a row's two keys and gives the whole row's sum.</summary>
    private static float WeighTwo(Float4 scores, float maximum, ArrayView<Float4> weights, int row, int lane)
    {
        var first = FastMath.Exp2Approx(FastMath.Subtract(scores.X, maximum));
        var second = FastMath.Exp2Approx(FastMath.Subtract(scores.Y, maximum));
        weights.Cast<Float2>()[(row * (KeyStride / 2)) + lane] = new Float2(first, second);
        return WarpReduce.Sum(FastMath.Add(first, second));
    }

    /// <summary>Adds 32 keys' values.</summary>
    private static Tile4x4 SplitValues(
        Tile4x4 sum, ArrayView<Float4> weights, ArrayView<long> values, int firstKey, int column, AttentionShape shape, ArrayView<Float4> memory)
    {
        var warp = Group.IdxX >> 5;
        var lane = Group.IdxX & 31;
        Group.Barrier();
        for (var row = warp; row < Depth; row += 4)
        {
            memory[(row * (ValueStride / 4)) + lane] = AddressRows.LoadRow(values[firstKey + row], column + (4 * lane), shape.HeadSize, shape.IsVector != 0);
        }

        Group.Barrier();
        var own = (4 * warp * (KeyStride / 4)) + (firstKey >> 2);
        for (var j = 0; j < Depth; j += 4)
        {
            var at = own + (j >> 2);
            var (w0, w1, w2, w3) = (weights[at], weights[at + (KeyStride / 4)], weights[at + (2 * (KeyStride / 4))], weights[at + (3 * (KeyStride / 4))]);
            var from = (j * (ValueStride / 4)) + lane;
            sum = Tile4x4.Add(sum, new Float4(w0.X, w1.X, w2.X, w3.X), memory[from]);
            sum = Tile4x4.Add(sum, new Float4(w0.Y, w1.Y, w2.Y, w3.Y), memory[from + (ValueStride / 4)]);
            sum = Tile4x4.Add(sum, new Float4(w0.Z, w1.Z, w2.Z, w3.Z), memory[from + (2 * (ValueStride / 4))]);
            sum = Tile4x4.Add(sum, new Float4(w0.W, w1.W, w2.W, w3.W), memory[from + (3 * (ValueStride / 4))]);
        }

        return sum;
    }

    private static void StorePartial(
        AttentionRows rows, int row, int lastRow, long start, float maximum, float total, Float4 sum, int column, ArrayView<float> partials, int partialStride)
    {
        if (row > lastRow)
        {
            return;
        }

        var place = start + ((row / rows.Heads) * (long)rows.Shape.QueryHeads) + rows.FirstHead + (row % rows.Heads);
        var to = AddressRows.AddressOf(ref partials[place * partialStride]);
        var at = column + (4 * (Group.IdxX & 31));
        AddressRows.StoreRow(to, at, rows.Shape.HeadSize, rows.Shape.HeadSize % 4 == 0, sum);
        if (at == 0)
        {
            partials[(place * partialStride) + rows.Shape.HeadSize] = maximum;
            partials[(place * partialStride) + rows.Shape.HeadSize + 1] = total;
        }
    }
}
