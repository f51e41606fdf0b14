using ILGPU.IR.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels.Ptx;

/// <summary>
/// Barriers in shared memory, 8 bytes each, that also count the bytes of asynchronous copies. A phase ends when all arrivals and all expected bytes are in; waiting names the parity of
/// the phase (0 for the first).
/// </summary>
internal static class MBarrier
{
    private const string OnlyInBlock = "an mbarrier belongs to a block";

    /// <summary>Makes a barrier of so many arrivals; one thread does, <see cref="Fence.MBarrierInit"/> and a block barrier follow.</summary>
    [IntrinsicImplementation, PtxInstruction("mbarrier.init.shared.b64 [$0], $1;", Architecture = "80", Space = "shared")]
    public static void Initialize(ref ulong barrier, int arrivals) => throw new NotSupportedException(OnlyInBlock);

    /// <summary>Arrives.</summary>
    [IntrinsicImplementation, PtxInstruction("{ .reg .b64 state; mbarrier.arrive.shared.b64 state, [$0]; }", Architecture = "80", Space = "shared")]
    public static void Arrive(ref ulong barrier) => throw new NotSupportedException(OnlyInBlock);

    /// <summary>Arrives, and has the phase wait for so many bytes of copies.</summary>
    [IntrinsicImplementation, PtxInstruction("{ .reg .b64 state; mbarrier.arrive.expect_tx.shared.b64 state, [$0], $1; }", Architecture = "90", Isa = "8.0", Space = "shared")]
    public static void ArriveExpect(ref ulong barrier, int bytes) => throw new NotSupportedException(OnlyInBlock);

    /// <summary>Whether the phase of this parity is over; may wait a while first.</summary>
    [IntrinsicImplementation, PtxInstruction("mbarrier.try_wait.parity.shared.b64 $r, [$0], $1;", Architecture = "90", Space = "shared")]
    public static bool TryWait(ref ulong barrier, int parity) => throw new NotSupportedException(OnlyInBlock);

    /// <summary>Whether the phase of this parity is over.</summary>
    [IntrinsicImplementation, PtxInstruction("mbarrier.test_wait.parity.shared.b64 $r, [$0], $1;", Architecture = "90", Space = "shared")]
    public static bool TestWait(ref ulong barrier, int parity) => throw new NotSupportedException(OnlyInBlock);

    /// <summary>Waits for the end of the phase of this parity.</summary>
    public static void Wait(ref ulong barrier, int parity)
    {
        while (!TryWait(ref barrier, parity))
        {
        }
    }

    /// <summary>Makes the barrier unusable, its memory free.</summary>
    [IntrinsicImplementation, PtxInstruction("mbarrier.inval.shared.b64 [$0];", Architecture = "80", Space = "shared")]
    public static void Invalidate(ref ulong barrier) => throw new NotSupportedException(OnlyInBlock);
}
