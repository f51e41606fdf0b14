namespace PlamoNative.Assembly.Tests;

/// <summary>A rule that a kernel breaks.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Place">A line of the PTX, an address of the machine code, or the entry as a whole.</param>
/// <param name="Message">What was found, and what to do where that is not plain.</param>
internal sealed record Complaint(Rule Rule, string Place, string Message)
{
    public override string ToString() => $"{Rule}: {Place}: {Message}";
}

/// <summary>What a kernel is held to.</summary>
public enum Rule
{
    Error,
    Warning,
    Spill,
    Stack,
    RegisterBudget,
    SharedMemory,
    LocalVariable,
    LocalAccess,
    GenericAccess,
    Call,
    AdjacentBarriers,
    LostBarrier,
    MissingInstruction,
    NarrowInPlace,
    SerializedTensorCore,
}

/// <summary>What a kernel promises, out of its declaration.</summary>
/// <param name="BlockThreads">Threads of a block.</param>
/// <param name="MaximumRegisters">The budget of registers; 0 stands for <see cref="DefaultRegisters"/>.</param>
/// <param name="Expects">Opcodes that must be there, separated by spaces.</param>
internal sealed record KernelPromise(int BlockThreads, int MaximumRegisters, string Expects)
{
    /// <summary>The budget where a kernel declares none.</summary>
    internal const int DefaultRegisters = 128;

    internal int RegisterBudget => MaximumRegisters > 0 ? MaximumRegisters : DefaultRegisters;

    internal IEnumerable<string> ExpectedOpcodes => Expects.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
