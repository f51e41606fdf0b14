using PlamoNative.PtxEmulator.Lowering;
using PlamoNative.PtxEmulator.Memory;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>One activation of a function by lanes of a warp: registers as rows of 32 lanes, and where its local variables begin.</summary>
internal sealed unsafe class Frame(FunctionCode function)
{
    private readonly PinnedBuffer _registers = new(function.RegisterBytes);

    internal FunctionCode Function { get; } = function;

    internal byte* Registers => _registers.Pointer;

    internal Frame? Parent { get; set; }

    /// <summary>The instruction of the parent that called.</summary>
    internal int CallPc { get; set; }

    /// <summary>Lanes that have not returned.</summary>
    internal uint Live { get; set; }

    internal uint LocalStart { get; set; }

    /// <summary>First byte behind this frame's local variables; grows by alloca, for each frame as a whole.</summary>
    internal uint LocalEnd { get; set; }

    internal void Enter(Frame? parent, int callPc, uint lanes, uint localStart)
    {
        (Parent, CallPc, Live, LocalStart) = (parent, callPc, lanes, localStart);
        LocalEnd = localStart + Function.LocalBytes;
        _registers.Clear();
    }
}
