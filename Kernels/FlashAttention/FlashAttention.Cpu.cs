using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>Attention of one item: a block of query rows of one key-value head against its visible keys, or one split of them.</summary>
/// <remarks>
/// q, k, v: [T, H, P] f32 with dense rows; O [T, Hq, P] f32; m, l and O accumulate in f32.
/// Scores are made as S^T = K Q^T, keys by query rows, so that query rows lie along vectors in the softmax and S^T is at once the left operand of O += S V.
/// Order: a score is one chain over p; O and l are chains over the keys in order, corrected where the row's maximum moved at a tile's border. Deterministic.
/// Twin: the plain double version, to rounding.
/// </remarks>
internal unsafe struct AttentionKernel<TSimd, TVector> : IRangeKernel
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    private const int TileRows = FlashAttentionSchedule.TileRows;
    private const int TileKeys = FlashAttentionSchedule.TileKeys;
    private const int BlockRows = FlashAttentionSchedule.BlockRows;
    private const int Columns = TileProduct.Columns;

    internal AttentionProblem<float> Problem;
    internal AttentionPlan<float> Plan;
    internal AttentionPartials Partials;

    public readonly void Run(int begin, int end, int worker)
    {
        var headSize = Problem.HeadSize;
        var paddedHead = PanelLayout.RoundUp(headSize, Columns);
        var keyFloats = KeyValueTile.KeyFloats(headSize);
        var valueFloats = KeyValueTile.ValueFloats(headSize);
        using var scratch = ScratchBuffer.Rent(
            keyFloats + valueFloats + KeyValueTile.StagingFloats(headSize) + (TileKeys * TileRows) + (BlockRows * (headSize + paddedHead + SoftmaxRows.Arrays)));
        var block = default(Block);
        block.PaddedHead = paddedHead;
        block.Queries = scratch.Floats;
        block.Output = block.Queries + (BlockRows * headSize);
        block.Scores = block.Output + (BlockRows * paddedHead);
        block.Keys = block.Scores + (TileKeys * TileRows);
        block.Values = block.Keys + keyFloats;
        block.Rows = block.Values + valueFloats;
        block.Staging = block.Rows + (BlockRows * SoftmaxRows.Arrays);
        for (var item = begin; item < end; item++)
        {
            RunItem(item, ref block);
        }
    }

    private readonly void RunItem(int item, ref Block block)
    {
        ref readonly var sequence = ref Plan.Sequences[Plan.SequenceOf(item)];
        var (head, part) = Math.DivRem(item - sequence.FirstItem, sequence.Blocks * sequence.Splits);
        var (late, split) = Math.DivRem(part, sequence.Splits);
        var group = Problem.Group(head).Count;

        // Late blocks see the most keys: they go first, so that no thread begins the longest one at the end.
        var first = (sequence.Blocks - 1 - late) * BlockRows;
        var rows = Math.Min(BlockRows, (sequence.Length * group) - first);
        if (rows <= 0)
        {
            return;
        }

        block.First = first;
        block.Count = rows;
        block.Group = group;
        block.IsDecode = sequence.Length == 1;
        block.QueryWidth = block.IsDecode ? DecodeScores.Width(group) : Columns;
        KeyValueTile.PackQueries<TSimd, TVector>(Problem, sequence, head, first, rows, block.QueryWidth, block.Staging, block.Queries);
        new Span<float>(block.Output, PanelLayout.RoundUp(rows, PanelLayout.SmallRows) * block.PaddedHead).Clear();
        for (var tile = 0; tile * TileRows < rows; tile++)
        {
            var state = block.RowsOf(tile);
            new Span<float>(state.Max, TileRows).Fill(float.NegativeInfinity);
            new Span<float>(state.Sum, TileRows).Clear();
        }

        var from = Problem.FirstVisible(sequence.Past + (first / group));
        var to = sequence.Past + ((first + rows - 1) / group) + 1;
        if (sequence.Splits > 1)
        {
            from += split * FlashAttentionSchedule.SplitKeys;
            to = Math.Min(to, from + FlashAttentionSchedule.SplitKeys);
        }

        for (var key = from; key < to; key += TileKeys)
        {
            var keys = Math.Min(TileKeys, to - key);
            if (!block.IsDecode)
            {
                KeyValueTile.PackKeys(Problem, sequence, head, key, keys, block.Staging, block.Keys);
            }

            if (!block.IsDecode || !DecodeValues.Fits(Problem.HeadSize))
            {
                KeyValueTile.PackValues<TSimd, TVector>(Problem, sequence, head, key, keys, block.Values);
            }

            for (var tile = 0; tile * TileRows < rows; tile++)
            {
                RunTile(sequence, head, block, tile, key, keys);
            }
        }

        if (sequence.Splits > 1)
        {
            Partials.Write(Problem, sequence, head, split, block);
        }
        else
        {
            Write(sequence, head, block);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void RunTile(in AttentionSequence<float> sequence, int head, in Block block, int tile, int firstKey, int keys)
    {
        var row = tile * TileRows;
        var rows = Math.Min(TileRows, block.Count - row);
        var firstPosition = sequence.Past + ((block.First + row) / block.Group);
        var lastPosition = sequence.Past + ((block.First + row + rows - 1) / block.Group);

        // Keys that no row of the tile sees are not computed: all of the tile, or panels at its ends.
        var end = Math.Min(keys, lastPosition + 1 - firstKey);
        var begin = Math.Max(0, Problem.FirstVisible(firstPosition) - firstKey) / PanelLayout.Rows * PanelLayout.Rows;
        if (begin >= end)
        {
            return;
        }

        var scores = block.Scores + (begin * TileRows);
        if (block.IsDecode)
        {
            DecodeScores.Run<TSimd, TVector>(
                Problem, sequence, head, firstKey + begin, end - begin, block.Queries + ((nint)row * Problem.HeadSize), rows, block.QueryWidth, scores);
        }
        else
        {
            Scores(block, row, rows, begin, end, keys);
        }

        var state = block.RowsOf(tile);
        var masked = firstPosition < firstKey + end - 1 || Problem.FirstVisible(lastPosition) > firstKey + begin;
        if (masked)
        {
            SetBounds(sequence, block, row, rows, firstKey + begin, state);
        }

        OnlineSoftmax.Update<TSimd, TVector>(scores, end - begin, rows, state, masked);

        var output = block.Output + ((nint)row * block.PaddedHead);
        Correct(output, block.PaddedHead, rows, state.Correction);
        if (block.IsDecode && DecodeValues.Fits(Problem.HeadSize))
        {
            DecodeValues.Run<TSimd, TVector>(Problem, sequence, head, firstKey + begin, end - begin, scores, rows, output);
            return;
        }

        for (var column = 0; column < block.PaddedHead; column += Columns)
        {
            var values = block.Values + (column * TileKeys) + (begin * Columns);
            TileProduct.Run<TSimd, TVector>(
                PanelLayout.RoundUp(rows, PanelLayout.SmallRows), end - begin, scores, TileRows, values, output + column, block.PaddedHead, load: true);
        }
    }

    private readonly void Scores(in Block block, int row, int rows, int begin, int end, int keys)
    {
        for (var column = 0; column < rows; column += Columns)
        {
            var queries = block.Queries + ((nint)(row + column) * Problem.HeadSize);
            for (var key = begin; key < end;)
            {
                var height = keys - key >= PanelLayout.Rows ? PanelLayout.Rows : PanelLayout.SmallRows;
                TileProduct.Tile<TSimd, TVector>(
                    height, Problem.HeadSize, block.Keys + (key * Problem.HeadSize), height, queries, block.Scores + (key * TileRows) + column, TileRows, load: false);
                key += height;
            }
        }
    }

    private readonly void SetBounds(in AttentionSequence<float> sequence, in Block block, int row, int rows, int firstKey, in SoftmaxRows state)
    {
        for (var r = 0; r < TileRows; r++)
        {
            var position = sequence.Past + ((block.First + row + Math.Min(r, rows - 1)) / block.Group);
            state.Lowest[r] = Math.Clamp(Problem.FirstVisible(position) - firstKey, -1, TileKeys);
            state.Highest[r] = Math.Clamp(position - firstKey, -1, TileKeys);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Correct(float* output, int paddedHead, int rows, float* correction)
    {
        for (var r = 0; r < rows; r++)
        {
            if (correction[r] != 1)
            {
                var factor = TSimd.Create(correction[r]);
                var to = output + ((nint)r * paddedHead);
                for (var p = 0; p < paddedHead; p += TSimd.Count)
                {
                    TSimd.Store(TSimd.Multiply(TSimd.Load(to + p), factor), to + p);
                }
            }
        }
    }

    private readonly void Write(in AttentionSequence<float> sequence, int head, in Block block)
    {
        var headBegin = Problem.Group(head).Begin;
        for (var r = 0; r < block.Count; r++)
        {
            var (token, h) = Math.DivRem(block.First + r, block.Group);
            var state = block.RowsOf(r / TileRows);
            AttentionPartials.WriteRow<TSimd, TVector>(
                Problem,
                ((nint)(sequence.FirstToken + token) * Problem.QueryHeads) + headBegin + h,
                block.Output + ((nint)r * block.PaddedHead),
                state.Max[r % TileRows],
                state.Sum[r % TileRows]);
        }
    }

    /// <summary>Scratch of a worker, and the block of query rows that lies in it.</summary>
    internal struct Block
    {
        /// <summary>First query row: token · group + head in group.</summary>
        internal int First;
        internal int Count;
        internal int Group;
        internal int PaddedHead;

        /// <summary>A lone query: scores come straight from the keys.</summary>
        internal bool IsDecode;

        /// <summary>Query rows of a packed panel.</summary>
        internal int QueryWidth;
        internal float* Queries;
        internal float* Output;
        internal float* Scores;
        internal float* Keys;
        internal float* Values;
        internal float* Rows;
        internal float* Staging;

        internal readonly SoftmaxRows RowsOf(int tile) => SoftmaxRows.At(Rows + (tile * TileRows * SoftmaxRows.Arrays), TileRows);
    }
}
