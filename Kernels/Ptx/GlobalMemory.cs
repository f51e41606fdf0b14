using ILGPU.IR.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels.Ptx;

/// <summary>
/// Loads and stores of global memory with a hint. The address is a <c>ref</c> to an element of a view that came as an argument, aligned to the access. Plain accesses need none of
/// these: a view of <see cref="Float4"/> already moves 16 bytes at once.
/// </summary>
internal static class GlobalMemory
{
    /// <summary>16 bytes that nothing writes while the kernel runs, through the read-only cache.</summary>
    [IntrinsicImplementation, PtxInstruction("ld.global.nc.v4.f32 {$r*}, [$0];", Space = "global")]
    public static Float4 LoadReadOnly(ref Float4 address) => address;

    /// <inheritdoc cref="LoadReadOnly(ref Float4)"/>
    [IntrinsicImplementation, PtxInstruction("ld.global.nc.v4.u32 {$r*}, [$0];", Space = "global")]
    public static UInt4 LoadReadOnly(ref UInt4 address) => address;

    /// <summary>4 bytes that nothing writes while the kernel runs.</summary>
    [IntrinsicImplementation, PtxInstruction("ld.global.nc.f32 $r, [$0];", Space = "global")]
    public static float LoadReadOnly(ref float address) => address;

    /// <summary>16 bytes that are read once: not kept in L1, first to leave L2.</summary>
    [IntrinsicImplementation, PtxInstruction("ld.global.cs.v4.f32 {$r*}, [$0];", Space = "global")]
    public static Float4 LoadStreaming(ref Float4 address) => address;

    /// <inheritdoc cref="LoadStreaming(ref Float4)"/>
    [IntrinsicImplementation, PtxInstruction("ld.global.cs.v4.u32 {$r*}, [$0];", Space = "global")]
    public static UInt4 LoadStreaming(ref UInt4 address) => address;

    /// <summary>16 bytes that are not read again soon.</summary>
    [IntrinsicImplementation, PtxInstruction("st.global.cs.v4.f32 [$0], {$1*};", Space = "global")]
    public static void StoreStreaming(ref Float4 address, Float4 value) => address = value;

    /// <inheritdoc cref="StoreStreaming(ref Float4, Float4)"/>
    [IntrinsicImplementation, PtxInstruction("st.global.cs.v4.u32 [$0], {$1*};", Space = "global")]
    public static void StoreStreaming(ref UInt4 address, UInt4 value) => address = value;

    /// <summary>Asks for the line of an address, into L2.</summary>
    [IntrinsicImplementation, PtxInstruction("prefetch.global.L2 [$0];", Space = "global")]
    public static void PrefetchL2<T>(ref T address)
        where T : unmanaged
    {
    }
}
