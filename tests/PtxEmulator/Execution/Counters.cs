namespace PlamoNative.PtxEmulator.Execution;

/// <summary>Counts of a worker, or of a launch.</summary>
internal sealed class Counters
{
    internal long ThreadInstructions;
    internal long WarpInstructions;
    internal long SharedAccesses;
    internal long BankConflicts;
    internal long GlobalAccesses;
    internal long GlobalSectors;
    internal long UncoalescedAccesses;
    internal long MatrixInstructions;

    internal void Add(Counters other)
    {
        Interlocked.Add(ref ThreadInstructions, other.ThreadInstructions);
        Interlocked.Add(ref WarpInstructions, other.WarpInstructions);
        Interlocked.Add(ref SharedAccesses, other.SharedAccesses);
        Interlocked.Add(ref BankConflicts, other.BankConflicts);
        Interlocked.Add(ref GlobalAccesses, other.GlobalAccesses);
        Interlocked.Add(ref GlobalSectors, other.GlobalSectors);
        Interlocked.Add(ref UncoalescedAccesses, other.UncoalescedAccesses);
        Interlocked.Add(ref MatrixInstructions, other.MatrixInstructions);
    }

    internal LaunchCounts ToCounts() =>
        new(ThreadInstructions, WarpInstructions, SharedAccesses, BankConflicts, GlobalAccesses, GlobalSectors, UncoalescedAccesses, MatrixInstructions);
}
