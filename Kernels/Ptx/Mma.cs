using ILGPU.IR.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels.Ptx;

/// <summary>
/// D = A B + C by a whole warp: A is 16 rows, B 8 columns, C and D 16 x 8. With g = lane / 4 and t = lane % 4, D.X and D.Y are row g, columns 2t and 2t + 1; D.Z and D.W the same of
/// row g + 8. A's registers hold (row g, low k), (row g + 8, low k), (row g, high k), (row g + 8, high k), four bytes at k = 4t bytes each; B's hold column g, low and high k.
/// D has registers of its own in every call: an assembler up to 12.4 miscompiles fp8 where C and D share them.
/// </summary>
internal static class Mma
{
    private const string OnlyInWarp = "mma is an instruction of a whole warp";

    /// <summary>16x8x16, bf16 with f32 sums.</summary>
    [IntrinsicImplementation, PtxInstruction("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {$r*}, {$0*}, {$1*}, {$2*};", Architecture = "80")]
    public static Float4 Bf16(UInt4 a, UInt2 b, Float4 c) => throw new NotSupportedException(OnlyInWarp);

    /// <summary>16x8x16, f16 with f32 sums.</summary>
    [IntrinsicImplementation, PtxInstruction("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {$r*}, {$0*}, {$1*}, {$2*};", Architecture = "80")]
    public static Float4 Half(UInt4 a, UInt2 b, Float4 c) => throw new NotSupportedException(OnlyInWarp);

    /// <summary>16x8x8, f16 with f32 sums: what sm_75 has. A is (row g), (row g + 8).</summary>
    [IntrinsicImplementation, PtxInstruction("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {$r*}, {$0*}, {$1}, {$2*};")]
    public static Float4 HalfSm75(UInt2 a, uint b, Float4 c) => throw new NotSupportedException(OnlyInWarp);

    /// <summary>16x8x8, tf32 with f32 sums; operands from <see cref="Conversions.FloatToTf32"/>.</summary>
    [IntrinsicImplementation, PtxInstruction("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {$r*}, {$0*}, {$1*}, {$2*};", Architecture = "80")]
    public static Float4 Tf32(UInt4 a, UInt2 b, Float4 c) => throw new NotSupportedException(OnlyInWarp);

    /// <summary>16x8x32, int8 with int32 sums that wrap.</summary>
    [IntrinsicImplementation, PtxInstruction("mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {$r*}, {$0*}, {$1*}, {$2*};", Architecture = "80")]
    public static Int4 Int8(UInt4 a, UInt2 b, Int4 c) => throw new NotSupportedException(OnlyInWarp);

    /// <summary>16x8x32, e4m3 with f32 sums.</summary>
    [IntrinsicImplementation, PtxInstruction("mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e4m3.f32 {$r*}, {$0*}, {$1*}, {$2*};", Architecture = "89", Isa = "8.4")]
    public static Float4 E4M3(UInt4 a, UInt2 b, Float4 c) => throw new NotSupportedException(OnlyInWarp);

    /// <summary>16x8x32, e5m2 by e4m3 with f32 sums: gradients times weights.</summary>
    [IntrinsicImplementation, PtxInstruction("mma.sync.aligned.m16n8k32.row.col.f32.e5m2.e4m3.f32 {$r*}, {$0*}, {$1*}, {$2*};", Architecture = "89", Isa = "8.4")]
    public static Float4 E5M2ByE4M3(UInt4 a, UInt2 b, Float4 c) => throw new NotSupportedException(OnlyInWarp);
}
