namespace PlamoNative.PtxEmulator.Execution;

internal enum SplitState
{
    Ready,

    /// <summary>At a barrier of the block or cluster, counted in.</summary>
    AtBarrier,

    /// <summary>At an instruction that needs more lanes of the warp.</summary>
    AtWarpSync,
    Done,
}

/// <summary>Lanes of a warp that run together: one place in one frame.</summary>
internal sealed class Split(uint mask, Frame frame, int pc, Convergence? top)
{
    internal uint Mask { get; set; } = mask;

    internal Frame Frame { get; set; } = frame;

    internal int Pc { get; set; } = pc;

    internal Convergence? Top { get; set; } = top;

    internal SplitState State { get; set; }

    /// <summary>Lanes that execute the instruction at which the split waits for others.</summary>
    internal uint WaitingMask { get; set; }

    /// <summary>Set when a wait was given up, so that the instruction runs with the lanes it has.</summary>
    internal bool IsForced { get; set; }

    /// <summary>The barrier that was passed: the instruction completes when it runs again.</summary>
    internal bool HasPassed { get; set; }

    /// <summary>Instructions since the split last waited: tells a spin from work.</summary>
    internal long Steps { get; set; }
}

/// <summary>A place where lanes that parted meet again.</summary>
internal sealed class Convergence(Frame frame, int pc, uint expected, Convergence? outer)
{
    internal Frame Frame { get; } = frame;

    internal int Pc { get; } = pc;

    internal uint Expected { get; set; } = expected;

    internal uint Arrived { get; set; }

    internal Convergence? Outer { get; } = outer;
}
