using ILGPU.IR.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels.Ptx;

/// <summary>Blocks that run together and see each other's shared memory (sm_90); <see cref="GpuKernelAttribute.ClusterSize"/> asks for one.</summary>
internal static class Cluster
{
    /// <summary>This block's number in the cluster.</summary>
    [IntrinsicImplementation, PtxInstruction("mov.u32 $r, %cluster_ctarank;", Architecture = "90")]
    public static int Rank() => 0;

    /// <summary>A barrier for all threads of the cluster.</summary>
    [IntrinsicImplementation, PtxInstruction("barrier.cluster.arrive.aligned; barrier.cluster.wait.aligned;", Architecture = "90")]
    public static void Synchronize()
    {
    }

    /// <summary>A float in the shared memory of another block, at the place that the address has in this one.</summary>
    [IntrinsicImplementation]
    [PtxInstruction("{ .reg .b64 there; mapa.shared::cluster.u64 there, $0, $1; ld.shared::cluster.f32 $r, [there]; }", Architecture = "90", Space = "shared")]
    public static float Load(ref float address, int rank) => address;
}
