using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// The sequences of a call as its kernels read them (<see cref="AttentionTable"/>), and the sizes of their grids. Lists belong to the calling thread and are used again by its next call.
/// </summary>
internal ref struct AttentionDevicePlan
{
    // Up to so many tokens a sequence's keys are split between blocks: its query rows are too few to fill a device.
    private const int LongestSplit = 4;

    [ThreadStatic]
    private static long[]? _table;

    [ThreadStatic]
    private static int[]? _tokens;

    /// <summary>For each sequence <see cref="AttentionTable.Fields"/> numbers.</summary>
    internal ReadOnlySpan<long> Table;

    /// <summary>For each token of the split form four numbers, see <see cref="FlashAttentionKernels.Combine"/>.</summary>
    internal ReadOnlySpan<int> Tokens;

    /// <summary>Blocks of 64 query rows.</summary>
    internal int Tiles;

    /// <summary>Splits of keys.</summary>
    internal int Splits;

    /// <summary>The most tokens of a sequence of the split form.</summary>
    internal int LongestOfSplits;

    /// <summary>Rows of partial results.</summary>
    internal int Partials;

    /// <summary>Lays out a call; the choice of form looks at a sequence alone, so that its result is the same alone and in a batch.</summary>
    internal static AttentionDevicePlan Create(
        SequenceOffsets offsets, ReadOnlySpan<KvCache> caches, int queryHeads, int largestGroup, int? window, bool hasSplits)
    {
        var plan = default(AttentionDevicePlan);
        var table = Grown(ref _table, offsets.Count * AttentionTable.Fields);
        var tokens = Grown(ref _tokens, 4 * Math.Min(offsets.TokenCount, LongestSplit * offsets.Count));
        var splitTokens = 0;
        for (var s = 0; s < offsets.Count; s++)
        {
            var entry = table.AsSpan(s * AttentionTable.Fields, AttentionTable.Fields);
            entry.Clear();
            var length = offsets[s + 1] - offsets[s];
            entry[AttentionTable.FirstTile] = plan.Tiles;
            entry[AttentionTable.FirstSplit] = plan.Splits;
            entry[AttentionTable.FirstToken] = offsets[s];
            entry[AttentionTable.Length] = length;
            entry[AttentionTable.FirstPartial] = plan.Partials;
            if (!caches.IsEmpty && caches[s] is { Count: > 0 } cache)
            {
                entry[AttentionTable.Past] = cache.Count;
                entry[AttentionTable.PastFirstRow] = (cache.Position - cache.Count) % cache.Capacity;
                entry[AttentionTable.PastCapacity] = cache.Capacity;
                entry[AttentionTable.PastKeys] = cache.Keys.Address;
                entry[AttentionTable.PastValues] = cache.Values.Address;
            }

            if (!hasSplits || length > LongestSplit)
            {
                var rows = (long)length * largestGroup;
                plan.Tiles = checked(plan.Tiles + (int)((rows + Ptx.TileProduct64.Size - 1) / Ptx.TileProduct64.Size));
                continue;
            }

            var past = (int)entry[AttentionTable.Past];
            var keys = length == 0 ? 0 : past + length - Math.Max(0, past - (window ?? int.MaxValue));
            var splits = (keys + FlashAttentionKernels.SplitKeys - 1) / FlashAttentionKernels.SplitKeys;
            for (var t = 0; t < length; t++)
            {
                tokens[splitTokens++] = offsets[s] + t;
                tokens[splitTokens++] = plan.Partials + (t * queryHeads);
                tokens[splitTokens++] = length * queryHeads;
                tokens[splitTokens++] = splits;
            }

            plan.LongestOfSplits = Math.Max(plan.LongestOfSplits, length);
            plan.Splits = checked(plan.Splits + splits);
            plan.Partials = checked(plan.Partials + (splits * length * queryHeads));
        }

        plan.Table = table.AsSpan(0, offsets.Count * AttentionTable.Fields);
        plan.Tokens = tokens.AsSpan(0, splitTokens);
        return plan;
    }

    private static T[] Grown<T>(ref T[]? list, int count)
    {
        if (list is null || list.Length < count)
        {
            list = new T[Math.Max(64, 2 * count)];
        }

        return list;
    }
}
