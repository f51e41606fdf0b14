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

    /// <summary>Shared bytes a block may have, static and dynamic together.</summary>
    public int MaximumSharedBytes { get; init; } = 227 * 1024;

    /// <summary>Local memory a thread may have.</summary>
    public int LocalBytesPerThread { get; init; } = 512 * 1024;

    /// <summary>Instructions of a warp after which a launch is called endless.</summary>
    public long MaximumWarpInstructions { get; init; } = 20_000_000_000;
}
