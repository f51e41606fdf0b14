using ILGPU.IR.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels.Ptx;

/// <summary>Orders memory accesses beyond what barriers do.</summary>
internal static class Fence
{
    /// <summary>Among the threads of the block.</summary>
    [IntrinsicImplementation, PtxInstruction("fence.acq_rel.cta;")]
    public static void Block()
    {
    }

    /// <summary>Among all threads of the device.</summary>
    [IntrinsicImplementation, PtxInstruction("fence.acq_rel.gpu;")]
    public static void Device()
    {
    }

    /// <summary>Makes this thread's writes to shared memory visible to TMA and wgmma.</summary>
    [IntrinsicImplementation, PtxInstruction("fence.proxy.async.shared::cta;", Architecture = "90", Isa = "8.0")]
    public static void AsyncProxy()
    {
    }

    /// <summary>Makes initialised mbarriers visible to the cluster and to TMA.</summary>
    [IntrinsicImplementation, PtxInstruction("fence.mbarrier_init.release.cluster;", Architecture = "90", Isa = "8.0")]
    public static void MBarrierInit()
    {
    }
}
