using PlamoNative.PtxEmulator.Memory;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>A resolved instruction. One object serves all warps, so it holds no state of a thread.</summary>
internal abstract class Instruction
{
    private int _reported;

    /// <summary>The allocation that the instruction touched last.</summary>
    internal Region Cached = Region.None;

    /// <summary>Offset of the guard predicate in the frame, or -1.</summary>
    internal int Guard { get; set; } = -1;

    /// <summary>All ones for <c>@!p</c>.</summary>
    internal uint GuardFlip { get; set; }

    internal int Line { get; set; }

    internal int SourceFile { get; set; }

    internal int SourceLine { get; set; }

    internal string Text { get; set; } = "";

    /// <summary>Counted as an executed instruction: helpers that lowering adds are not.</summary>
    internal bool IsCounted { get; set; } = true;

    /// <summary>Moves the program counter itself, by <see cref="Transfer"/>.</summary>
    internal virtual bool IsControl => false;

    /// <summary>Runs for the lanes of a mask that is not empty.</summary>
    internal abstract void Execute(Warp warp, uint mask);

    /// <summary>Runs a control instruction: sets the split's place. False: the split cannot go on now.</summary>
    internal virtual bool Transfer(Warp warp, Split split, uint mask) => throw new InvalidOperationException($"{GetType().Name} does not transfer control");

    /// <summary>True the first time that a kind of finding is seen here in a launch.</summary>
    internal bool IsFirst(FindingKind kind) => (Interlocked.Or(ref _reported, 1 << (int)kind) & (1 << (int)kind)) == 0;

    internal void ForgetReports() => _reported = 0;
}

/// <summary>An instruction that decides where its lanes go on.</summary>
internal abstract class ControlInstruction : Instruction
{
    internal override bool IsControl => true;

    internal override void Execute(Warp warp, uint mask) => throw new InvalidOperationException($"{GetType().Name} transfers control");
}
