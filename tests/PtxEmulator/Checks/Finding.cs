namespace PlamoNative.PtxEmulator;

/// <summary>What kind of fault a finding is.</summary>
public enum FindingKind
{
    /// <summary>An access outside of every allocation, variable or space.</summary>
    OutOfBounds,

    /// <summary>An address that is not a multiple of the access's width.</summary>
    Misaligned,

    /// <summary>A read of shared memory that nobody wrote.</summary>
    UninitializedShared,

    /// <summary>A read of a register that this thread never wrote.</summary>
    UninitializedRegister,

    /// <summary>Two threads touch the same shared bytes, one of them writing, with nothing that orders them.</summary>
    SharedRace,

    /// <summary>A barrier that part of a warp reached, or that can never complete.</summary>
    DivergentBarrier,

    /// <summary>A matrix or warp instruction executed by fewer lanes than it needs.</summary>
    DivergentWarp,

    /// <summary>A write to constant memory or to a parameter.</summary>
    ReadOnlyWrite,

    /// <summary>A read of bytes or registers that an asynchronous operation is still to fill or still reads.</summary>
    UnwaitedAsync,

    /// <summary>A bad use of an mbarrier, a descriptor, a tensor map, an address form.</summary>
    InvalidOperation,

    /// <summary>The kernel executed <c>trap</c>.</summary>
    Trap,

    /// <summary>Every thread waits for something that cannot come, or the instruction limit was reached.</summary>
    Deadlock,
}

/// <summary>A fault with its place. The first occurrence of a kind on a line is kept, the others are counted.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Kernel">The entry function.</param>
/// <param name="BlockX">Block index, first axis.</param>
/// <param name="BlockY">Block index, second axis.</param>
/// <param name="BlockZ">Block index, third axis.</param>
/// <param name="ThreadX">Thread index, first axis.</param>
/// <param name="ThreadY">Thread index, second axis.</param>
/// <param name="ThreadZ">Thread index, third axis.</param>
/// <param name="Line">Line of the PTX text, from one.</param>
/// <param name="Message">What happened: address, variable, other thread.</param>
public sealed record Finding(
    FindingKind Kind, string Kernel, int BlockX, int BlockY, int BlockZ, int ThreadX, int ThreadY, int ThreadZ, int Line, string Message)
{
    /// <summary>How often it happened, over all threads.</summary>
    public long Occurrences { get; internal set; } = 1;

    /// <summary>File and line of the source, where the PTX says them.</summary>
    public string? Source { get; internal init; }

    /// <summary>The text of the instruction.</summary>
    public string Instruction { get; internal init; } = "";

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Kind}: kernel {Kernel}, block ({BlockX}, {BlockY}, {BlockZ}), thread ({ThreadX}, {ThreadY}, {ThreadZ}), PTX line {Line}"
        + $"{(Source is null ? "" : $" ({Source})")}: {Instruction}: {Message}{(Occurrences > 1 ? $" [{Occurrences} times]" : "")}";
}
