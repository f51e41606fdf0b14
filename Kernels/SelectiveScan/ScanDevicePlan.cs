using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>The sequences of a call as its kernels read them (<see cref="ScanTable"/>): those that run in chunks, then those that run token by token.</summary>
internal ref struct ScanDevicePlan
{
    [ThreadStatic]
    private static long[]? _table;

    /// <summary><see cref="ScanTable.Fields"/> numbers a sequence.</summary>
    internal ReadOnlySpan<long> Table;

    /// <summary>Sequences that run in chunks.</summary>
    internal int Chunked;

    /// <summary>Sequences that run token by token.</summary>
    internal int Stepped;

    /// <summary>Chunks.</summary>
    internal int Chunks;

    /// <summary>Tokens of a chunk: at most 64, the rows of a tile.</summary>
    internal static int ChunkOf(int chunkSize) => Math.Min(chunkSize, TileProduct64.Size);

    /// <summary>Lays out a forward pass: as on the CPU, sequences of at most four tokens that have a state run token by token.</summary>
    internal static ScanDevicePlan Forward(SequenceOffsets offsets, int chunk, ReadOnlySpan<SsmState> states)
    {
        var plan = default(ScanDevicePlan);
        var table = Grown(offsets.Count);
        for (var s = 0; s < offsets.Count; s++)
        {
            if (states.IsEmpty || !SelectiveScanSchedule.UsesStateUpdate(offsets.Length(s)))
            {
                plan.Add(table, offsets, s, chunk, states.IsEmpty ? 0 : states[s].Values.Address);
            }
        }

        for (var s = 0; s < offsets.Count; s++)
        {
            if (!states.IsEmpty && SelectiveScanSchedule.UsesStateUpdate(offsets.Length(s)))
            {
                Write(table, plan.Chunked + plan.Stepped, 0, offsets[s], offsets.Length(s), states[s].Values.Address);
                plan.Stepped++;
            }
        }

        plan.Table = table.AsSpan(0, offsets.Count * ScanTable.Fields);
        return plan;
    }

    /// <summary>Lays out a backward pass: all sequences in chunks; states are [sequences, H, P, N] from an address on, or none.</summary>
    internal static ScanDevicePlan Backward(SequenceOffsets offsets, int chunk, nint states, long stateBytes)
    {
        var plan = default(ScanDevicePlan);
        var table = Grown(offsets.Count);
        for (var s = 0; s < offsets.Count; s++)
        {
            plan.Add(table, offsets, s, chunk, states == 0 ? 0 : states + (s * stateBytes));
        }

        plan.Table = table.AsSpan(0, offsets.Count * ScanTable.Fields);
        return plan;
    }

    private void Add(long[] table, SequenceOffsets offsets, int s, int chunk, long state)
    {
        var length = offsets.Length(s);
        Write(table, Chunked++, Chunks, offsets[s], length, state);
        Chunks += (length + chunk - 1) / chunk;
    }

    private static void Write(long[] table, int place, long firstChunk, long firstToken, long length, long state)
    {
        var entry = table.AsSpan(place * ScanTable.Fields, ScanTable.Fields);
        entry[ScanTable.FirstChunk] = firstChunk;
        entry[ScanTable.FirstToken] = firstToken;
        entry[ScanTable.Length] = length;
        entry[ScanTable.State] = state;
    }

    private static long[] Grown(int sequences)
    {
        if (_table is null || _table.Length < sequences * ScanTable.Fields)
        {
            _table = new long[Math.Max(64, 2 * sequences * ScanTable.Fields)];
        }

        return _table;
    }
}
