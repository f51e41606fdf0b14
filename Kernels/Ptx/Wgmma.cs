using ILGPU.IR.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels.Ptx;

/// <summary>
/// D = A B + D by four warps, both operands in shared memory, asynchronous (sm_90a): <see cref="Fence"/>, some multiplications, <see cref="Commit"/>, then <see cref="WaitGroup"/> before
/// the accumulators are read. Both operands lie with k innermost. The accumulators are updated in place.
/// </summary>
internal static class Wgmma
{
    private const string OnlyInGroup = "wgmma is an instruction of four warps";

    /// <summary>Orders accesses to accumulators and shared memory before the first multiplication.</summary>
    [IntrinsicImplementation, PtxInstruction("wgmma.fence.sync.aligned;", Architecture = "90a")]
    public static void Fence()
    {
    }

    /// <summary>Ends a group of multiplications.</summary>
    [IntrinsicImplementation, PtxInstruction("wgmma.commit_group.sync.aligned;", Architecture = "90a")]
    public static void Commit()
    {
    }

    /// <summary>Waits until at most so many groups are under way.</summary>
    /// <param name="pending">A constant.</param>
    [IntrinsicImplementation, PtxInstruction("wgmma.wait_group.sync.aligned $0!;", Architecture = "90a")]
    public static void WaitGroup(int pending)
    {
    }

    /// <summary>64 x 32 x 16, bf16.</summary>
    /// <param name="accumulators">D before.</param>
    /// <param name="a">Descriptor of A, from <see cref="Descriptor"/>.</param>
    /// <param name="b">Descriptor of B.</param>
    /// <param name="accumulate">0 to leave out D.</param>
    [IntrinsicImplementation]
    [PtxInstruction(
        "{ .reg .pred d; setp.ne.b32 d, $3, 0; wgmma.mma_async.sync.aligned.m64n32k16.f32.bf16.bf16 {$r*}, $1, $2, d, 1, 1, 0, 0; }", Architecture = "90a", InPlace = 0)]
    public static Accumulators16 N32K16(Accumulators16 accumulators, ulong a, ulong b, int accumulate) => throw new NotSupportedException(OnlyInGroup);

    /// <summary>64 x 64 x 16, bf16.</summary>
    /// <inheritdoc cref="N32K16" path="/param"/>
    [IntrinsicImplementation]
    [PtxInstruction(
        "{ .reg .pred d; setp.ne.b32 d, $3, 0; wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 {$r*}, $1, $2, d, 1, 1, 0, 0; }", Architecture = "90a", InPlace = 0)]
    public static Accumulators32 N64K16(Accumulators32 accumulators, ulong a, ulong b, int accumulate) => throw new NotSupportedException(OnlyInGroup);

    /// <summary>64 x 128 x 16, bf16.</summary>
    /// <inheritdoc cref="N32K16" path="/param"/>
    [IntrinsicImplementation]
    [PtxInstruction(
        "{ .reg .pred d; setp.ne.b32 d, $3, 0; wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 {$r*}, $1, $2, d, 1, 1, 0, 0; }", Architecture = "90a", InPlace = 0)]
    public static Accumulators64 N128K16(Accumulators64 accumulators, ulong a, ulong b, int accumulate) => throw new NotSupportedException(OnlyInGroup);

    /// <summary>64 x 256 x 16, bf16.</summary>
    /// <inheritdoc cref="N32K16" path="/param"/>
    [IntrinsicImplementation]
    [PtxInstruction(
        "{ .reg .pred d; setp.ne.b32 d, $3, 0; wgmma.mma_async.sync.aligned.m64n256k16.f32.bf16.bf16 {$r*}, $1, $2, d, 1, 1, 0, 0; }", Architecture = "90a", InPlace = 0)]
    public static Accumulators128 N256K16(Accumulators128 accumulators, ulong a, ulong b, int accumulate) => throw new NotSupportedException(OnlyInGroup);

    /// <summary>
    /// The descriptor of a tile in shared memory: address, leading and stride offset in units of 16 bytes, swizzle (0 none, 1 128 bytes, 2 64 bytes, 3 32 bytes) at bit 62.
    /// </summary>
    /// <param name="address">From <see cref="SharedAddress{T}"/>; a multiple of 16, of 1024 with the 128-byte swizzle.</param>
    /// <param name="leadingBytes">Distance of neighbouring 8 x 16-byte matrices along k (unused where swizzled).</param>
    /// <param name="strideBytes">Distance of neighbouring groups of eight rows.</param>
    /// <param name="swizzle">0 to 3.</param>
    public static ulong Descriptor(uint address, int leadingBytes, int strideBytes, int swizzle)
        => ((address & 0x3FFFFu) >> 4) | ((ulong)(uint)(leadingBytes >> 4) << 16) | ((ulong)(uint)(strideBytes >> 4) << 32) | ((ulong)(uint)swizzle << 62);

    /// <summary>Where an element lies in the block's shared memory.</summary>
    [IntrinsicImplementation, PtxInstruction("cvt.u32.u64 $r, $0;", Space = "shared")]
    public static uint SharedAddress<T>(ref T element)
        where T : unmanaged => throw new NotSupportedException("an address in shared memory exists in a kernel");

    /// <summary>Takes registers for this warp (of a group of four that does); the kernel's bounds have to leave them.</summary>
    /// <param name="count">A constant, a multiple of 8 from 24 to 256.</param>
    [IntrinsicImplementation, PtxInstruction("setmaxnreg.inc.sync.aligned.u32 $0!;", Architecture = "90a")]
    public static void IncreaseRegisters(int count)
    {
    }

    /// <summary>Gives registers back.</summary>
    /// <param name="count">A constant, a multiple of 8 from 24 to 256.</param>
    [IntrinsicImplementation, PtxInstruction("setmaxnreg.dec.sync.aligned.u32 $0!;", Architecture = "90a")]
    public static void DecreaseRegisters(int count)
    {
    }

    /// <summary>True in one lane of a warp that is wholly here.</summary>
    [IntrinsicImplementation, PtxInstruction("elect.sync _|$r, 0xFFFFFFFF;", Architecture = "90", Isa = "8.0")]
    public static bool Elect() => true;
}
