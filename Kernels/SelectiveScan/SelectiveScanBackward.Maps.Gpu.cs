using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <content>Gradients of B and C, and of the decay by pairs of tokens.</content>
internal static partial class SelectiveScanBackwardKernels
{
    /// <summary>
    /// Parts of dB and dC of a group of heads, [group, token, 2, N], one chain over its heads in order; and, for each head, <c>da_i = Σ_{t >= i} Σ_{s &lt; i} M_ts</c> in
    /// <paramref name="pairSums"/> [chunk, head, 64]. Grid (chunk, group, panel of n).
    /// </summary>
    [GpuKernel(TileProduct64.Threads, MaximumRegisters = 168)]
    public static void Maps(
        ArrayView<long> sequences,
        ArrayView<float> x,
        ArrayView<float> b,
        ArrayView<float> c,
        ArrayView<float> decays,
        ArrayView<float> products,
        ArrayView<float> states,
        ArrayView<float> leaving,
        ArrayView<float> gated,
        ArrayView<float> parts,
        ArrayView<double> pairSums,
        ScanShape shape,
        ScanGradientShape gradients)
    {
        var memory = SharedMemory.Allocate<Float4>(TileProduct64.MemoryVectors);
        var weights = SharedMemory.Allocate<Float4>(TileProduct64.MemoryVectors);
        var totals = SharedMemory.Allocate<double>(TileProduct64.Threads);
        var rows = SharedMemory.Allocate<long>(TileProduct64.Size);
        var gates = SharedMemory.Allocate<long>(TileProduct64.Size);
        var inputMaps = SharedMemory.Allocate<long>(TileProduct64.Size);
        var outputMaps = SharedMemory.Allocate<long>(TileProduct64.Size);
        var chunk = ScanChunk.Of(sequences, Grid.IdxX, shape);
        var n = TileProduct64.Size * Grid.IdxZ;
        var t = 4 * TileProduct64.RowGroup;
        var end = (chunk.Length + 3) & ~3;
        var (isVector, isMapVector, isDense) = (shape.IsVector != 0, shape.IsMapVector != 0, shape.HeadSize % 4 == 0);
        chunk.Rows(inputMaps, ref b[0], shape.BToken, 0);
        chunk.Rows(outputMaps, ref c[0], shape.CToken, 0);
        var ofInputs = default(Tile4x4);
        var ofOutputs = default(Tile4x4);
        var lastHead = (Grid.IdxY + 1) * gradients.GroupHeads;
        lastHead = lastHead < shape.Heads ? lastHead : shape.Heads;
        for (var head = Grid.IdxY * gradients.GroupHeads; head < lastHead; head++)
        {
            Group.Barrier();
            chunk.Rows(rows, ref x[0], shape.XToken, head * shape.XHead);
            chunk.Rows(gates, ref gated[0], 4L * shape.Heads * shape.HeadSize, 4L * head * shape.HeadSize);
            var pairs = TileProduct64.Dots(gates, rows, shape.HeadSize, isVector && isDense, 1f, memory);
            var at = chunk.Decays(head, shape);
            var steps = SelectiveScanKernels.ReadFour(decays, at + (4 * TileProduct64.ColumnGroup));
            pairs.Row0 = Tile4x4.Multiply(pairs.Row0, steps);
            pairs.Row1 = Tile4x4.Multiply(pairs.Row1, steps);
            pairs.Row2 = Tile4x4.Multiply(pairs.Row2, steps);
            pairs.Row3 = Tile4x4.Multiply(pairs.Row3, steps);
            var slopes = Faded(pairs, decays, at);
            if (Grid.IdxZ == 0)
            {
                // M, without its diagonal.
                var product = ((((long)chunk.Index * TileProduct64.Size) + t) * TileProduct64.Size) + (4 * TileProduct64.ColumnGroup);
                var mixed = slopes;
                mixed.Row0 = Before(Tile4x4.Multiply(mixed.Row0, SelectiveScanKernels.ReadFour(products, product)), t);
                mixed.Row1 = Before(Tile4x4.Multiply(mixed.Row1, SelectiveScanKernels.ReadFour(products, product + TileProduct64.Size)), t + 1);
                mixed.Row2 = Before(Tile4x4.Multiply(mixed.Row2, SelectiveScanKernels.ReadFour(products, product + (2 * TileProduct64.Size))), t + 2);
                mixed.Row3 = Before(Tile4x4.Multiply(mixed.Row3, SelectiveScanKernels.ReadFour(products, product + (3 * TileProduct64.Size))), t + 3);
                TileProduct64.Store(mixed, weights);
                PairSums(weights.Cast<float>(), totals, pairSums, (((long)chunk.Index * shape.Heads) + head) * TileProduct64.Size);
            }

            Group.Barrier();
            TileProduct64.Store(slopes, weights);
            ofOutputs = TileProduct64.Accumulate(ofOutputs, weights, inputMaps, n, shape.StateSize, isMapVector, memory, 0, t + 4 < end ? t + 4 : end);
            Group.Barrier();
            TileProduct64.StoreTransposed(slopes, weights);
            ofInputs = TileProduct64.Accumulate(ofInputs, weights, outputMaps, n, shape.StateSize, isMapVector, memory, t, end);

            for (var p = 0; p < shape.HeadSize; p += TileProduct64.Size)
            {
                Group.Barrier();
                var entry = SelectiveScanKernels.Exp(SelectiveScanKernels.ReadFour(decays, at + TileProduct64.Size + t));
                TileProduct64.Store(Tile4x4.ScaleRows(LoadTile(gates, p, shape.HeadSize, isDense), entry), weights);
                SelectiveScanKernels.StateRows(rows, AddressRows.AddressOf(ref states[chunk.State(head, shape)]), p, shape);
                ofOutputs = TileProduct64.Accumulate(ofOutputs, weights, rows, n, shape.StateSize, shape.StateSize % 4 == 0, memory, 0, TileProduct64.Size);
                Group.Barrier();
                chunk.Rows(rows, ref x[0], shape.XToken, head * shape.XHead);
                Group.Barrier();
                var exit = Tile4x4.Multiply(ToExit(decays, at, t), SelectiveScanKernels.ReadFour(decays, at + t));
                TileProduct64.Store(Tile4x4.ScaleRows(LoadTile(rows, p, shape.HeadSize, isVector), exit), weights);
                Group.Barrier();
                SelectiveScanKernels.StateRows(rows, AddressRows.AddressOf(ref leaving[chunk.State(head, shape)]), p, shape);
                ofInputs = TileProduct64.Accumulate(ofInputs, weights, rows, n, shape.StateSize, shape.StateSize % 4 == 0, memory, 0, TileProduct64.Size);
            }
        }

        StorePart(ofInputs.Row0, ofOutputs.Row0, chunk, t, n, parts, shape, gradients);
        StorePart(ofInputs.Row1, ofOutputs.Row1, chunk, t + 1, n, parts, shape, gradients);
        StorePart(ofInputs.Row2, ofOutputs.Row2, chunk, t + 2, n, parts, shape, gradients);
        StorePart(ofInputs.Row3, ofOutputs.Row3, chunk, t + 3, n, parts, shape, gradients);
    }

    /// <summary>dB and dC: the groups' parts in order. Grid (elements of [T, 2, N] / 256).</summary>
    [GpuKernel(TileProduct64.Threads)]
    public static void SumGroups(ArrayView<float> parts, ArrayView<float> bGradient, ArrayView<float> cGradient, int groups, ScanShape shape, ScanGradientShape gradients)
    {
        var element = ((long)Grid.IdxX * TileProduct64.Threads) + Group.IdxX;
        var count = 2L * gradients.Tokens * shape.StateSize;
        if (element >= count)
        {
            return;
        }

        var sum = parts[element];
        for (var group = 1; group < groups; group++)
        {
            sum = FastMath.Add(sum, parts[(group * count) + element]);
        }

        var row = element / shape.StateSize;
        var n = element - (row * shape.StateSize);
        var token = row >> 1;
        var to = (row & 1) == 0 ? AddressRows.AddressOf(ref bGradient[0]) + (token * gradients.BToken) : AddressRows.AddressOf(ref cGradient[0]) + (token * gradients.CToken);
        AddressMemory.Store(to + (4 * n), sum);
    }

    /// <summary>
    /// From M in <paramref name="values"/> [t, s]: a prefix sum along s in place, then a suffix sum along t, in float64; four threads share a row, then a column.
    /// </summary>
    private static void PairSums(ArrayView<float> values, ArrayView<double> totals, ArrayView<double> sums, long to)
    {
        var line = Group.IdxX >> 2;
        var first = 16 * (Group.IdxX & 3);
        Group.Barrier();
        var sum = 0.0;
        for (var s = first; s < first + 16; s++)
        {
            sum += values[(line * TileProduct64.Stride) + s];
        }

        totals[Group.IdxX] = sum;
        Group.Barrier();
        var running = 0.0;
        for (var before = Group.IdxX & ~3; before < Group.IdxX; before++)
        {
            running += totals[before];
        }

        for (var s = first; s < first + 16; s++)
        {
            var at = (line * TileProduct64.Stride) + s;
            var value = values[at];
            values[at] = (float)running;
            running += value;
        }

        Group.Barrier();
        sum = 0.0;
        for (var t = first > line ? first : line; t < first + 16; t++)
        {
            sum += values[(t * TileProduct64.Stride) + line];
        }

        totals[Group.IdxX] = sum;
        Group.Barrier();
        if ((Group.IdxX & 3) == 0)
        {
            sums[to + line] = totals[Group.IdxX] + totals[Group.IdxX + 1] + totals[Group.IdxX + 2] + totals[Group.IdxX + 3];
        }
    }

    /// <summary>Pairs times exp(l_t - l_s) for s &lt;= t, zeros elsewhere.</summary>
    private static Tile4x4 Faded(Tile4x4 pairs, ArrayView<float> decays, long at)
    {
        var t = 4 * TileProduct64.RowGroup;
        var s = 4 * TileProduct64.ColumnGroup;
        var high = SelectiveScanKernels.ReadFour(decays, at + TileProduct64.Size + s);
        var low = SelectiveScanKernels.ReadFour(decays, at + (2 * TileProduct64.Size) + s);
        var (highs, lows) = (SelectiveScanKernels.ReadFour(decays, at + TileProduct64.Size + t), SelectiveScanKernels.ReadFour(decays, at + (2 * TileProduct64.Size) + t));
        pairs.Row0 = FadedRow(pairs.Row0, t, s, highs.X, lows.X, high, low);
        pairs.Row1 = FadedRow(pairs.Row1, t + 1, s, highs.Y, lows.Y, high, low);
        pairs.Row2 = FadedRow(pairs.Row2, t + 2, s, highs.Z, lows.Z, high, low);
        pairs.Row3 = FadedRow(pairs.Row3, t + 3, s, highs.W, lows.W, high, low);
        return pairs;
    }

    private static Float4 FadedRow(Float4 pairs, int t, int s, float highest, float lowest, Float4 high, Float4 low) => new(
        s <= t ? FastMath.Multiply(ScanChunk.Decay(highest, lowest, high.X, low.X), pairs.X) : 0f,
        s + 1 <= t ? FastMath.Multiply(ScanChunk.Decay(highest, lowest, high.Y, low.Y), pairs.Y) : 0f,
        s + 2 <= t ? FastMath.Multiply(ScanChunk.Decay(highest, lowest, high.Z, low.Z), pairs.Z) : 0f,
        s + 3 <= t ? FastMath.Multiply(ScanChunk.Decay(highest, lowest, high.W, low.W), pairs.W) : 0f);

    /// <summary>A row's elements before the diagonal.</summary>
    private static Float4 Before(Float4 row, int t)
    {
        var s = 4 * TileProduct64.ColumnGroup;
        return new Float4(s < t ? row.X : 0f, s + 1 < t ? row.Y : 0f, s + 2 < t ? row.Z : 0f, s + 3 < t ? row.W : 0f);
    }

    /// <summary>This thread's part of 64 elements of all rows of a table.</summary>
    private static Tile4x4 LoadTile(ArrayView<long> rows, int first, int width, bool isVector)
    {
        var row = 4 * TileProduct64.RowGroup;
        var at = first + (4 * TileProduct64.ColumnGroup);
        return new Tile4x4
        {
            Row0 = AddressRows.LoadRow(rows[row], at, width, isVector),
            Row1 = AddressRows.LoadRow(rows[row + 1], at, width, isVector),
            Row2 = AddressRows.LoadRow(rows[row + 2], at, width, isVector),
            Row3 = AddressRows.LoadRow(rows[row + 3], at, width, isVector),
        };
    }

    private static void StorePart(Float4 ofInput, Float4 ofOutput, ScanChunk chunk, int t, int n, ArrayView<float> parts, ScanShape shape, ScanGradientShape gradients)
    {
        if (t < chunk.Length)
        {
            var row = 2 * (((long)Grid.IdxY * gradients.Tokens) + chunk.Token + t);
            var to = AddressRows.AddressOf(ref parts[row * shape.StateSize]);
            var column = n + (4 * TileProduct64.ColumnGroup);
            AddressRows.StoreRow(to, column, shape.StateSize, shape.StateSize % 4 == 0, ofInput);
            AddressRows.StoreRow(to + (4L * shape.StateSize), column, shape.StateSize, shape.StateSize % 4 == 0, ofOutput);
        }
    }
}
