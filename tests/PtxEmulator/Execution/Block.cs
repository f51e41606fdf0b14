using System.Numerics;
using PlamoNative.PtxEmulator.Checks;
using PlamoNative.PtxEmulator.Memory;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>A thread block: shared memory, warps, barriers. Reused for one block of the grid after another.</summary>
internal sealed unsafe class Block
{
    private readonly PinnedBuffer _shared;

    internal Block(Launch launch)
    {
        Launch = launch;
        SharedBytes = launch.SharedBytes;
        _shared = new(SharedBytes);
        Warps = new Warp[(launch.BlockThreads + Warp.Lanes - 1) / Warp.Lanes];
        for (var i = 0; i < Warps.Length; i++)
        {
            Warps[i] = new(this, i);
        }

        for (var i = 0; i < Barriers.Length; i++)
        {
            Barriers[i] = new(this, i);
        }

        RaceCheck = launch.Options.Checks ? new(this) : null;
    }

    internal Launch Launch { get; set; }

    internal Cluster Cluster { get; set; } = null!;

    internal int ClusterRank { get; set; }

    internal (int X, int Y, int Z) Index { get; private set; }

    internal Warp[] Warps { get; }

    internal Barrier[] Barriers { get; } = new Barrier[16];

    internal byte* Shared => _shared.Pointer;

    internal int SharedBytes { get; }

    internal long LinearIndex { get; private set; }

    /// <summary>Touched memory that another block may change since the last look: a block that only spins does little else.</summary>
    internal bool HasPolled { get; set; }

    internal Counters Counters { get; set; } = new();

    /// <summary>Looks for races and uninitialized reads; null with checks off.</summary>
    internal RaceCheck? RaceCheck { get; }

    internal bool IsAborted { get; private set; }

    internal bool IsDone
    {
        get
        {
            foreach (var warp in Warps)
            {
                if (!warp.IsDone)
                {
                    return IsAborted;
                }
            }

            return true;
        }
    }

    internal void Start(long linearIndex)
    {
        LinearIndex = linearIndex;
        var grid = Launch.GridSize;
        Index = ((int)(linearIndex % grid.X), (int)(linearIndex / grid.X % grid.Y), (int)(linearIndex / grid.X / grid.Y));
        IsAborted = false;
        _shared.Clear();
        RaceCheck?.Reset();
        foreach (var barrier in Barriers)
        {
            barrier.Reset();
        }

        for (var i = 0; i < Warps.Length; i++)
        {
            var lanes = Math.Min(Warp.Lanes, Launch.BlockThreads - (i * Warp.Lanes));
            Warps[i].Start(Launch.Entry, lanes == Warp.Lanes ? uint.MaxValue : (1u << lanes) - 1);
        }
    }

    internal void OnExit()
    {
        foreach (var barrier in Barriers)
        {
            barrier.Check();
        }

        Cluster.OnExit();
    }

    internal void Abort() => IsAborted = true;

    internal int LiveThreads()
    {
        var count = 0;
        foreach (var warp in Warps)
        {
            count += BitOperations.PopCount(warp.Live);
        }

        return count;
    }
}
