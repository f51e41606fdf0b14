using ILGPU.IR.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels.Ptx;

/// <summary>
/// Global memory by address, for kernels that work on many tensors at once and find them in a table: views cannot be stored in memory, addresses can. Every address is a multiple
/// of the access's size.
/// </summary>
internal static unsafe class AddressMemory
{
    /// <summary>4 bytes.</summary>
    [IntrinsicImplementation, PtxInstruction("ld.global.f32 $r, [$0];")]
    public static float Load(long address) => *(float*)address;

    /// <summary>16 bytes.</summary>
    [IntrinsicImplementation, PtxInstruction("ld.global.v4.f32 {$r*}, [$0];")]
    public static Float4 LoadFour(long address) => *(Float4*)address;

    /// <summary>4 bytes.</summary>
    [IntrinsicImplementation, PtxInstruction("st.global.f32 [$0], $1;")]
    public static void Store(long address, float value) => *(float*)address = value;

    /// <summary>16 bytes.</summary>
    [IntrinsicImplementation, PtxInstruction("st.global.v4.f32 [$0], {$1*};")]
    public static void StoreFour(long address, Float4 value) => *(Float4*)address = value;

    /// <summary>2 bytes, the lower half of a word.</summary>
    [IntrinsicImplementation, PtxInstruction("{ .reg .b16 l, h; mov.b32 {l, h}, $1; st.global.b16 [$0], l; }")]
    public static void StoreHalf(long address, uint value) => *(ushort*)address = (ushort)value;

    /// <summary>8 bytes.</summary>
    [IntrinsicImplementation, PtxInstruction("st.global.v2.u32 [$0], {$1*};")]
    public static void StoreTwo(long address, UInt2 value) => *(UInt2*)address = value;
}
