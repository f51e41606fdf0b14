namespace PlamoNative.PtxEmulator;

/// <summary>What a launch did.</summary>
/// <param name="ThreadInstructions">Instructions, summed over threads.</param>
/// <param name="WarpInstructions">Instructions, summed over warps.</param>
/// <param name="SharedAccesses">Accesses of warps to shared memory.</param>
/// <param name="BankConflicts">Extra turns that bank conflicts cost them.</param>
/// <param name="GlobalAccesses">Accesses of warps to global memory.</param>
/// <param name="GlobalSectors">32-byte sectors that these touched.</param>
/// <param name="UncoalescedAccesses">Accesses that touched at least two sectors more than their bytes need.</param>
/// <param name="MatrixInstructions">Tensor-core instructions of warps or warpgroups.</param>
public sealed record LaunchCounts(
    long ThreadInstructions, long WarpInstructions, long SharedAccesses, long BankConflicts, long GlobalAccesses, long GlobalSectors, long UncoalescedAccesses,
    long MatrixInstructions);

/// <summary>The end of a launch.</summary>
/// <param name="Findings">Faults, by line; empty for a clean run.</param>
/// <param name="Counts">What was executed.</param>
/// <param name="Elapsed">Time on this machine: for the emulator's own speed only.</param>
public sealed record LaunchResult(IReadOnlyList<Finding> Findings, LaunchCounts Counts, TimeSpan Elapsed);
