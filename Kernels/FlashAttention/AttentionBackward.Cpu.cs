using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// Gradients of a block of kept rows of one key-value head, while tiles of the other side's rows pass by. For queries (dQ) and for keys (dK, dV) the work is the
/// same with the roles exchanged: two products of passing by kept rows (S and dP), weights, and products back onto the kept rows. Or all at once, keys kept.
/// </summary>
/// <remarks>
/// All operands [T, H, P] f32 with dense rows; everything accumulates in f32. Kept rows lie along vectors.
/// Order: S and dP are chains over p, the same in both passes and in the forward pass; a gradient's element is one chain over the passing rows in order (for
/// keys: tokens, inside a token the heads of the group). Deterministic. Twin: the plain double version, to rounding.
/// </remarks>
internal unsafe struct AttentionBackwardKernel<TSimd, TVector, TSide> : IRangeKernel
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
    where TSide : struct, IBackwardSide
{
    private const int TileRows = FlashAttentionSchedule.TileRows;
    private const int BlockRows = FlashAttentionSchedule.BlockRows;
    private const int Columns = TileProduct.Columns;

    internal AttentionBackwardProblem<float> Problem;
    internal AttentionBackwardPlan Plan;

    /// <summary>[T, Hq].</summary>
    internal float* Deltas;

    public readonly void Run(int begin, int end, int worker)
    {
        var (size, padded) = (Problem.HeadSize, PanelLayout.RoundUp(Problem.HeadSize, Columns));
        var shared = TSide.AddsToQueries ? (BlockRows * padded) + (TileRows * TileRows) : 0;
        using var scratch = ScratchBuffer.Rent(
            (2 * BlockRows * (size + padded)) + (2 * TileRows * (size + padded + TileRows)) + BackwardTiles.StagingFloats(size) + (2 * BlockRows) + (2 * TileRows)
            + shared);
        using var queries = TSide.AddsToQueries ? ScratchBuffer.Rent(Plan.LongestGradient(Problem.LargestGroup, padded)) : default;
        var block = default(Block);
        block.PaddedHead = padded;
        block.Kept = scratch.Floats;
        block.Gradient = block.Kept + (2 * BlockRows * size);
        block.Passing = block.Gradient + (2 * BlockRows * padded);
        block.PassingColumns = block.Passing + (2 * TileRows * size);
        block.Scores = block.PassingColumns + (2 * TileRows * padded);
        block.Staging = block.Scores + (2 * TileRows * TileRows);
        block.LogSumExp = block.Staging + BackwardTiles.StagingFloats(size);
        block.Deltas = block.LogSumExp + BlockRows;
        block.Lowest = block.Deltas + BlockRows;
        block.Highest = block.Lowest + TileRows;
        block.KeptColumns = block.Highest + TileRows;
        block.Transposed = block.KeptColumns + (TSide.AddsToQueries ? BlockRows * padded : 0);
        block.QueryGradient = TSide.AddsToQueries ? queries.Floats : null;
        for (var item = begin; item < end; item++)
        {
            if (TSide.AddsToQueries)
            {
                RunSequence(item, ref block);
                continue;
            }

            ref readonly var sequence = ref Plan.Sequences[Plan.SequenceOf(item)];
            var (head, part) = Math.DivRem(item - sequence.FirstItem, sequence.Blocks);
            RunBlock(sequence, head, part, ref block);
        }
    }

    /// <summary>All blocks of keys of one sequence and key-value head, in order, and the gradients of its queries.</summary>
    private readonly void RunSequence(int item, ref Block block)
    {
        var (s, head) = Math.DivRem(item, Problem.KeyValueHeads);
        ref readonly var sequence = ref Plan.Sequences[s];
        var (_, group) = Problem.Group(head);
        new Span<float>(block.QueryGradient, checked(sequence.Length * group * block.PaddedHead)).Clear();
        for (var part = 0; part < sequence.Blocks; part++)
        {
            RunBlock(sequence, head, part, ref block);
        }

        var (size, scale) = (Problem.HeadSize, BackwardTiles.Scale(Problem.HeadSize));
        for (var row = 0; row < sequence.Length * group; row++)
        {
            var (token, queryHead) = block.Queries.At(row);
            KeyValueTile.Scale<TSimd, TVector>(block.QueryGradient + ((nint)row * block.PaddedHead), scale, size, Problem.QueryGradient.Row(token, queryHead));
        }
    }

    private readonly void RunBlock(in AttentionBackwardSequence sequence, int head, int part, ref Block block)
    {
        var (headBegin, group) = Problem.Group(head);
        block.Group = group;
        block.Queries = new RowRange { FirstToken = sequence.FirstToken, Group = group, Head = headBegin };
        block.Keys = new RowRange { FirstToken = sequence.FirstToken, Group = 1, Head = head };

        // Blocks with the most pairs go first: late queries, early keys.
        block.First = (TSide.KeepsKeys ? part : sequence.Blocks - 1 - part) * BlockRows;
        block.Count = Math.Min(BlockRows, (sequence.Length * (TSide.KeepsKeys ? 1 : group)) - block.First);
        if (block.Count <= 0)
        {
            return;
        }

        new Span<float>(block.Gradient, 2 * BlockRows * block.PaddedHead).Clear();
        Keep(block);
        var length = sequence.Length;
        var from = TSide.Lowest(block.First, group, length, Problem.Window);
        var to = group == 0 ? 0 : TSide.Highest(block.First + block.Count - 1, group, length, Problem.Window) + 1;
        for (var first = from; first < to; first += TileRows)
        {
            var count = Math.Min(TileRows, to - first);
            Pass(block, first, count);
            for (var tile = 0; tile * TileRows < block.Count; tile++)
            {
                RunTile(block, tile, first, count, length);
            }
        }

        Write(block);
    }

    /// <summary>Packs the block's rows as right operands, panels of 32 rows.</summary>
    private readonly void Keep(in Block block)
    {
        var (size, scale) = (Problem.HeadSize, BackwardTiles.Scale(Problem.HeadSize));
        for (var row = 0; row < block.Count; row += TileRows)
        {
            var count = Math.Min(TileRows, block.Count - row);
            var to = block.Kept + (row * size);
            var range = TSide.KeepsKeys ? block.Keys : block.Queries;
            BackwardTiles.Stage<TSimd, TVector>(TSide.KeepsKeys ? Problem.Key : Problem.Query, range, block.First + row, count, size, TSide.KeepsKeys ? 1 : scale, block.Staging);
            BackwardTiles.PackRight(block.Staging, count, size, to);
            if (TSide.AddsToQueries)
            {
                BackwardTiles.PackColumns(block.Staging, count, size, block.KeptColumns + (row * block.PaddedHead));
            }

            BackwardTiles.Stage<TSimd, TVector>(TSide.KeepsKeys ? Problem.Value : Problem.OutputGradient, range, block.First + row, count, size, 1, block.Staging);
            BackwardTiles.PackRight(block.Staging, count, size, to + (BlockRows * size));
        }

        if (!TSide.KeepsKeys)
        {
            Statistics(block, block.First, block.Count);
        }
    }

    /// <summary>Packs a tile of passing rows, as left operands for S and dP and as right operands for the products back.</summary>
    private readonly void Pass(in Block block, int first, int count)
    {
        var (size, scale) = (Problem.HeadSize, BackwardTiles.Scale(Problem.HeadSize));
        var range = TSide.KeepsKeys ? block.Queries : block.Keys;
        BackwardTiles.Stage<TSimd, TVector>(TSide.KeepsKeys ? Problem.Query : Problem.Key, range, first, count, size, TSide.KeepsKeys ? scale : 1, block.Staging);
        BackwardTiles.PackLeft(block.Staging, count, size, block.Passing);
        BackwardTiles.PackColumns(block.Staging, count, size, block.PassingColumns);
        BackwardTiles.Stage<TSimd, TVector>(TSide.KeepsKeys ? Problem.OutputGradient : Problem.Value, range, first, count, size, 1, block.Staging);
        BackwardTiles.PackLeft(block.Staging, count, size, block.Passing + (TileRows * size));
        if (TSide.KeepsKeys)
        {
            BackwardTiles.PackColumns(block.Staging, count, size, block.PassingColumns + (TileRows * block.PaddedHead));
            Statistics(block, first, count);
        }
    }

    /// <summary>L and δ of query rows; those up to whole vectors are zero.</summary>
    private readonly void Statistics(in Block block, int first, int count)
    {
        for (var r = 0; r < PanelLayout.RoundUp(count, Columns); r++)
        {
            var (token, head) = block.Queries.At(first + r);
            var at = ((nint)token * Problem.QueryHeads) + head;
            block.LogSumExp[r] = r < count ? Problem.LogSumExp[at] : 0;
            block.Deltas[r] = r < count ? Deltas[at] : 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void RunTile(in Block block, int tile, int first, int count, int length)
    {
        var row = tile * TileRows;
        var rows = Math.Min(TileRows, block.Count - row);
        var (top, bottom) = (block.First + row, block.First + row + rows - 1);
        var end = Math.Min(count, TSide.Highest(bottom, block.Group, length, Problem.Window) + 1 - first);
        var begin = Math.Max(0, TSide.Lowest(top, block.Group, length, Problem.Window) - first) / PanelLayout.Rows * PanelLayout.Rows;
        if (begin >= end)
        {
            return;
        }

        var size = Problem.HeadSize;
        var scores = block.Scores;
        var gradients = scores + (TileRows * TileRows);
        BackwardTiles.Product<TSimd, TVector>(block.Passing, begin, end, count, block.Kept + (row * size), rows, size, scores);
        BackwardTiles.Product<TSimd, TVector>(block.Passing + (TileRows * size), begin, end, count, block.Kept + ((BlockRows + row) * size), rows, size, gradients);

        var masked = TSide.Highest(top, block.Group, length, Problem.Window) < first + end - 1
            || TSide.Lowest(bottom, block.Group, length, Problem.Window) > first + begin;
        for (var r = 0; masked && r < TileRows; r++)
        {
            var kept = Math.Min(bottom, top + r);
            block.Lowest[r] = Math.Clamp(TSide.Lowest(kept, block.Group, length, Problem.Window) - first, -1, TileRows);
            block.Highest[r] = Math.Clamp(TSide.Highest(kept, block.Group, length, Problem.Window) - first, -1, TileRows);
        }

        Weigh(block, row, rows, begin, end, masked);
        var to = block.Gradient + ((nint)row * block.PaddedHead);
        BackwardTiles.AddBack<TSimd, TVector>(gradients, begin, end, rows, block.PassingColumns, block.PaddedHead, to);
        if (TSide.KeepsKeys)
        {
            to += BlockRows * block.PaddedHead;
            BackwardTiles.AddBack<TSimd, TVector>(scores, begin, end, rows, block.PassingColumns + (TileRows * block.PaddedHead), block.PaddedHead, to);
        }

        if (TSide.AddsToQueries)
        {
            // dS the other way round, then the chain over keys goes on where the block before stopped: the same as with queries kept.
            var height = PanelLayout.RoundUp(end - begin, PanelLayout.SmallRows);
            PanelPacking.PackRows(gradients + (begin * TileRows), TileRows, end - begin, rows, block.Transposed, height);
            BackwardTiles.AddAcross<TSimd, TVector>(
                block.Transposed, height, rows, block.KeptColumns + (row * block.PaddedHead), block.PaddedHead,
                block.QueryGradient + ((nint)(first + begin) * block.PaddedHead));
        }
    }

    /// <summary>S becomes P, dP becomes dS; pairs that do not see each other get zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Weigh(in Block block, int row, int rows, int begin, int end, bool masked)
    {
        var zero = TSimd.Create(0f);
        for (var r = 0; r < rows; r += TSimd.Count)
        {
            var logSumExp = TSide.KeepsKeys ? zero : TSimd.Load(block.LogSumExp + row + r);
            var delta = TSide.KeepsKeys ? zero : TSimd.Load(block.Deltas + row + r);
            var lowest = masked ? TSimd.Load(block.Lowest + r) : zero;
            var highest = masked ? TSimd.Load(block.Highest + r) : zero;
            var score = block.Scores + (begin * TileRows) + r;
            for (var passing = begin; passing < end; passing++)
            {
                if (TSide.KeepsKeys)
                {
                    logSumExp = TSimd.Create(block.LogSumExp[passing]);
                    delta = TSimd.Create(block.Deltas[passing]);
                }

                var gradient = score + (TileRows * TileRows);
                var weight = SimdMath.Exp<TSimd, TVector>(TSimd.Subtract(TSimd.Load(score), logSumExp));
                var slope = TSimd.Multiply(weight, TSimd.Subtract(TSimd.Load(gradient), delta));
                if (masked)
                {
                    var at = TSimd.Create(passing);
                    weight = TSimd.IfGreater(at, highest, zero, TSimd.IfGreater(lowest, at, zero, weight));
                    slope = TSimd.IfGreater(at, highest, zero, TSimd.IfGreater(lowest, at, zero, slope));
                }

                if (TSide.KeepsKeys)
                {
                    TSimd.Store(weight, score);
                }

                TSimd.Store(slope, gradient);
                score += TileRows;
            }
        }
    }

    private readonly void Write(in Block block)
    {
        var (size, scale) = (Problem.HeadSize, BackwardTiles.Scale(Problem.HeadSize));
        for (var r = 0; r < block.Count; r++)
        {
            var from = block.Gradient + ((nint)r * block.PaddedHead);
            var (token, head) = (TSide.KeepsKeys ? block.Keys : block.Queries).At(block.First + r);
            if (TSide.KeepsKeys)
            {
                // Queries were scaled before.
                KeyValueTile.Scale<TSimd, TVector>(from, 1, size, Problem.KeyGradient.Row(token, head));
                KeyValueTile.Scale<TSimd, TVector>(from + (BlockRows * block.PaddedHead), 1, size, Problem.ValueGradient.Row(token, head));
            }
            else
            {
                KeyValueTile.Scale<TSimd, TVector>(from, scale, size, Problem.QueryGradient.Row(token, head));
            }
        }
    }

    /// <summary>Scratch of a worker, and the block of kept rows that lies in it.</summary>
    private struct Block
    {
        internal int First;
        internal int Count;
        internal int Group;
        internal int PaddedHead;
        internal RowRange Queries;
        internal RowRange Keys;

        /// <summary>Two operands (q, dO or k, v), each in panels of 32 rows.</summary>
        internal float* Kept;

        /// <summary>Of the kept rows: two, [rows, padded P].</summary>
        internal float* Gradient;

        /// <summary>The kept keys in panels of 32 columns of P, a tile after the other, and a tile of dS [kept, passing]: if queries get gradients too.</summary>
        internal float* KeptColumns;
        internal float* Transposed;

        /// <summary>Of all query rows of the sequence, [rows, padded P].</summary>
        internal float* QueryGradient;

        /// <summary>Two operands in panels of 12 rows, then 4.</summary>
        internal float* Passing;

        /// <summary>Two operands in panels of 32 columns of P.</summary>
        internal float* PassingColumns;

        /// <summary>S and dP, each [passing, kept].</summary>
        internal float* Scores;
        internal float* Staging;
        internal float* LogSumExp;
        internal float* Deltas;
        internal float* Lowest;
        internal float* Highest;
    }
}
