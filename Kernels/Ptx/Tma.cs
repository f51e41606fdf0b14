using ILGPU.IR.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels.Ptx;

/// <summary>
/// Bulk copies by the tensor memory accelerator (sm_90): one thread asks, the bytes count on an <see cref="MBarrier"/> (loads) or in a bulk group (stores). Addresses and sizes are multiples
/// of 16 bytes, boxes of 128. A tensor map is the 128 bytes that the driver encodes, in global memory at a multiple of 64.
/// </summary>
internal static class Tma
{
    private const string OnlyInBlock = "a bulk copy belongs to a block";

    /// <summary>Contiguous bytes to shared memory.</summary>
    [IntrinsicImplementation]
    [PtxInstruction("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [$0], [$1], $2, [$3];", Architecture = "90", Isa = "8.0", Space = "shared,global,shared")]
    public static void Load<T>(ref T shared, ref T global, int bytes, ref ulong barrier)
        where T : unmanaged => throw new NotSupportedException(OnlyInBlock);

    /// <summary>A box of a matrix to shared memory; the coordinates are of its first element, innermost axis first.</summary>
    [IntrinsicImplementation]
    [PtxInstruction(
        "{ .reg .b64 map; cvta.global.u64 map, $1; cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [$0], [map, {$2, $3}], [$4]; }",
        Architecture = "90", Isa = "8.0", Space = "shared,global,shared")]
    public static void LoadTile<T>(ref T shared, ref UInt4 map, int x, int y, ref ulong barrier)
        where T : unmanaged => throw new NotSupportedException(OnlyInBlock);

    /// <summary>A box of a three-dimensional tensor to shared memory.</summary>
    [IntrinsicImplementation]
    [PtxInstruction(
        "{ .reg .b64 map; cvta.global.u64 map, $1; cp.async.bulk.tensor.3d.shared::cluster.global.mbarrier::complete_tx::bytes [$0], [map, {$2, $3, $4}], [$5]; }",
        Architecture = "90", Isa = "8.0", Space = "shared,global,shared")]
    public static void LoadTile<T>(ref T shared, ref UInt4 map, int x, int y, int z, ref ulong barrier)
        where T : unmanaged => throw new NotSupportedException(OnlyInBlock);

    /// <summary>Contiguous bytes from shared memory.</summary>
    [IntrinsicImplementation, PtxInstruction("cp.async.bulk.global.shared::cta.bulk_group [$0], [$1], $2;", Architecture = "90", Isa = "8.0", Space = "global,shared")]
    public static void Store<T>(ref T global, ref T shared, int bytes)
        where T : unmanaged => throw new NotSupportedException(OnlyInBlock);

    /// <summary>A box of a matrix from shared memory.</summary>
    [IntrinsicImplementation]
    [PtxInstruction(
        "{ .reg .b64 map; cvta.global.u64 map, $0; cp.async.bulk.tensor.2d.global.shared::cta.bulk_group [map, {$1, $2}], [$3]; }", Architecture = "90", Isa = "8.0", Space = "global,shared")]
    public static void StoreTile<T>(ref UInt4 map, int x, int y, ref T shared)
        where T : unmanaged => throw new NotSupportedException(OnlyInBlock);

    /// <summary>Ends this thread's group of stores.</summary>
    [IntrinsicImplementation, PtxInstruction("cp.async.bulk.commit_group;", Architecture = "90", Isa = "8.0")]
    public static void Commit()
    {
    }

    /// <summary>Waits until at most so many groups of stores still read shared memory.</summary>
    /// <param name="pending">A constant.</param>
    [IntrinsicImplementation, PtxInstruction("cp.async.bulk.wait_group.read $0!;", Architecture = "90", Isa = "8.0")]
    public static void WaitGroupRead(int pending)
    {
    }

    /// <summary>Waits until at most so many groups of stores are unfinished.</summary>
    /// <param name="pending">A constant.</param>
    [IntrinsicImplementation, PtxInstruction("cp.async.bulk.wait_group $0!;", Architecture = "90", Isa = "8.0")]
    public static void WaitGroup(int pending)
    {
    }

    /// <summary>Fetches a tensor map ahead of its first use.</summary>
    [IntrinsicImplementation, PtxInstruction("{ .reg .b64 map; cvta.global.u64 map, $0; prefetch.tensormap [map]; }", Architecture = "90", Isa = "8.0", Space = "global")]
    public static void Prefetch(ref UInt4 map)
    {
    }
}
