using PlamoNative.PtxEmulator.Numerics;

namespace PlamoNative.PtxEmulator;

/// <summary>What a machine is like.</summary>
public sealed record MachineOptions
{
    /// <summary>75, 80, 86, 89 or 90; 0 takes what the module's target says.</summary>
    public int Architecture { get; init; }

    /// <summary>Look for races, uninitialized reads, and count bank conflicts. Bounds and alignment are always looked at.</summary>
    public bool Checks { get; init; } = true;

    /// <summary>Threads that run blocks; 0 takes one a processor.</summary>
    public int Workers { get; init; }

    /// <summary>How tensor cores add; null: as the target architecture does.</summary>
    public AccumulationModel? Accumulation { get; init; }

    /// <summary>Shared bytes a block may have, static and dynamic together; 0 takes what the architecture has, or 227 KB where none is named.</summary>
    public int MaximumSharedBytes { get; init; }

    internal int SharedLimit => MaximumSharedBytes > 0 ? MaximumSharedBytes : Architecture switch
    {
        75 => 64 * 1024,
        80 or 87 => 163 * 1024,
        86 or 89 => 99 * 1024,
        _ => 227 * 1024,
    };

    /// <summary>Local memory a thread may have.</summary>
    public int LocalBytesPerThread { get; init; } = 512 * 1024;

    /// <summary>Instructions of a warp after which a launch is called endless.</summary>
    public long MaximumWarpInstructions { get; init; } = 1_000_000_000;
}
