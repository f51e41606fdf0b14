using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// The sequences of a call and their chunks. Each sequence cuts its own chunks from its own first token on, so its result is the same alone and in a batch.
/// The list belongs to the calling thread and is used again by its next call.
/// </summary>
internal unsafe struct ScanPlan<T>
    where T : unmanaged
{
    [ThreadStatic]
    private static ScanSequence<T>[]? _sequences;

    internal ScanSequence<T>[] Sequences;
    internal int Count;
    internal int Chunks;

    /// <summary>Lays out the chunks; a backward pass runs the shortest sequences in chunks too.</summary>
    internal static ScanPlan<T> Create(SequenceOffsets offsets, int chunk, ReadOnlySpan<SsmState> states, bool alwaysChunked = false)
    {
        var sequences = _sequences;
        if (sequences is null || sequences.Length < offsets.Count)
        {
            _sequences = sequences = new ScanSequence<T>[Math.Max(16, offsets.Count)];
        }

        var plan = new ScanPlan<T> { Sequences = sequences, Count = offsets.Count };
        for (var s = 0; s < offsets.Count; s++)
        {
            var length = offsets[s + 1] - offsets[s];
            sequences[s] = new ScanSequence<T>
            {
                FirstToken = offsets[s],
                Length = length,
                State = states.IsEmpty ? null : states[s].Values.PointerOf<T>(),
                FirstChunk = plan.Chunks,
                Chunks = !alwaysChunked && SelectiveScanSchedule.UsesStateUpdate(length) ? 0 : (length + chunk - 1) / chunk,
            };
            plan.Chunks += sequences[s].Chunks;
        }

        return plan;
    }

    /// <summary>The sequence that holds a chunk.</summary>
    internal readonly int SequenceOfChunk(int chunk)
    {
        var (low, high) = (0, Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (Sequences[middle].FirstChunk <= chunk)
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
