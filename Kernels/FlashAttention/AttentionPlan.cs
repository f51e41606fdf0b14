using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The sequences of a call and the items of work they make. The list belongs to the calling thread and is used again by its next call.</summary>
internal unsafe struct AttentionPlan<T>
    where T : unmanaged
{
    [ThreadStatic]
    private static AttentionSequence<T>[]? _sequences;

    internal AttentionSequence<T>[] Sequences;
    internal int Count;
    internal int Items;
    internal int Partials;

    /// <summary>Lays out the work: for each sequence, key-value head, query block and split one item.</summary>
    internal static AttentionPlan<T> Create(in AttentionProblem<T> problem, SequenceOffsets offsets, ReadOnlySpan<KvCache> caches)
    {
        var sequences = _sequences;
        if (sequences is null || sequences.Length < offsets.Count)
        {
            _sequences = sequences = new AttentionSequence<T>[Math.Max(16, offsets.Count)];
        }

        var plan = new AttentionPlan<T> { Sequences = sequences, Count = offsets.Count };
        for (var s = 0; s < offsets.Count; s++)
        {
            ref var sequence = ref sequences[s];
            sequence = default;
            sequence.FirstToken = offsets[s];
            sequence.Length = offsets[s + 1] - offsets[s];
            if (!caches.IsEmpty && caches[s] is { Count: > 0 } cache)
            {
                sequence.Past = cache.Count;
                sequence.PastKeys = cache.Keys.PointerOf<T>();
                sequence.PastValues = cache.Values.PointerOf<T>();
                sequence.PastCapacity = cache.Capacity;
                sequence.PastFirstRow = (int)((cache.Position - cache.Count) % cache.Capacity);
            }

            sequence.FirstItem = plan.Items;
            sequence.FirstPartial = plan.Partials;
            var rows = (long)sequence.Length * problem.LargestGroup;
            sequence.Blocks = checked((int)((rows + FlashAttentionSchedule.BlockRows - 1) / FlashAttentionSchedule.BlockRows));
            sequence.Splits = FlashAttentionSchedule.Splits(sequence.Length, sequence.Past + 1 - problem.FirstVisible(sequence.Past));
            plan.Items = checked(plan.Items + (problem.KeyValueHeads * sequence.Blocks * sequence.Splits));
            plan.Partials += sequence.Splits > 1 ? sequence.Splits * problem.QueryHeads : 0;
        }

        return plan;
    }

    /// <summary>The sequence that holds an item.</summary>
    internal readonly int SequenceOf(int item)
    {
        var (low, high) = (0, Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (Sequences[middle].FirstItem <= item)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }
}
