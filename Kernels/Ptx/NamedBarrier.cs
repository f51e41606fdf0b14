using ILGPU.IR.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels.Ptx;

/// <summary>Barriers 1 to 15 of a block, for some of its warps; number 0 is <c>Group.Barrier()</c>. Thread counts are multiples of 32.</summary>
internal static class NamedBarrier
{
    /// <summary>Waits for <paramref name="threads"/> threads to arrive, this one included.</summary>
    [IntrinsicImplementation, PtxInstruction("bar.sync $0, $1;")]
    public static void Synchronize(int barrier, int threads)
    {
    }

    /// <summary>Arrives without waiting.</summary>
    [IntrinsicImplementation, PtxInstruction("bar.arrive $0, $1;")]
    public static void Arrive(int barrier, int threads)
    {
    }
}
