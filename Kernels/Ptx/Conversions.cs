using ILGPU.IR.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels.Ptx;

/// <summary>
/// Between float and the 16-bit types, alone (<c>ushort</c>) and in pairs (<c>uint</c>, the first number in the low half), and fp8. All to nearest even. What sm_75 lacks is built from
/// integer operations, so these run everywhere; the <c>Sm80</c> and <c>Sm89</c> ones are single instructions.
/// </summary>
internal static class Conversions
{
    /// <summary>bf16 to float: exact.</summary>
    public static float Bf16ToFloat(ushort value) => FastMath.FromBits((uint)value << 16);

    /// <summary>The first of a pair of bf16: exact.</summary>
    public static float Bf16Low(uint pair) => FastMath.FromBits(pair << 16);

    /// <summary>The second of a pair of bf16: exact.</summary>
    public static float Bf16High(uint pair) => FastMath.FromBits(pair & 0xFFFF0000u);

    /// <summary>float to bf16; a NaN becomes 0x7FFF, as the instruction makes it.</summary>
    public static ushort FloatToBf16(float value) => (ushort)RoundToBf16(value);

    /// <summary>Two floats to a pair of bf16.</summary>
    public static uint PackBf16(float low, float high) => RoundToBf16(low) | (RoundToBf16(high) << 16);

    /// <summary>Two floats to a pair of bf16, one instruction.</summary>
    [IntrinsicImplementation, PtxInstruction("cvt.rn.bf16x2.f32 $r, $1, $0;", Architecture = "80")]
    public static uint PackBf16Sm80(float low, float high) => PackBf16(low, high);

    /// <summary>f16 to float: exact.</summary>
    [IntrinsicImplementation, PtxInstruction("cvt.f32.f16 $r, $0;")]
    public static float HalfToFloat(ushort value) => (float)BitConverter.UInt16BitsToHalf(value);

    /// <summary>float to f16; beyond 65520 infinity.</summary>
    [IntrinsicImplementation, PtxInstruction("cvt.rn.f16.f32 $r, $0;")]
    public static ushort FloatToHalf(float value) => BitConverter.HalfToUInt16Bits((Half)value);

    /// <summary>The first of a pair of f16: exact.</summary>
    [IntrinsicImplementation, PtxInstruction("{ .reg .b16 l, h; mov.b32 {l, h}, $0; cvt.f32.f16 $r, l; }")]
    public static float HalfLow(uint pair) => HalfToFloat((ushort)pair);

    /// <summary>The second of a pair of f16: exact.</summary>
    [IntrinsicImplementation, PtxInstruction("{ .reg .b16 l, h; mov.b32 {l, h}, $0; cvt.f32.f16 $r, h; }")]
    public static float HalfHigh(uint pair) => HalfToFloat((ushort)(pair >> 16));

    /// <summary>Two floats to a pair of f16.</summary>
    [IntrinsicImplementation, PtxInstruction("{ .reg .b16 l, h; cvt.rn.f16.f32 l, $0; cvt.rn.f16.f32 h, $1; mov.b32 $r, {l, h}; }")]
    public static uint PackHalf(float low, float high) => FloatToHalf(low) | ((uint)FloatToHalf(high) << 16);

    /// <summary>float to tf32: 10 bits of fraction, ties away from zero, the rest zero.</summary>
    [IntrinsicImplementation, PtxInstruction("cvt.rna.tf32.f32 $r, $0;", Architecture = "80")]
    public static uint FloatToTf32(float value)
        => float.IsFinite(value) ? (BitConverter.SingleToUInt32Bits(value) + 0x1000) & ~0x1FFFu : BitConverter.SingleToUInt32Bits(value);

    /// <summary>Two floats to a pair of e4m3, the first in the low byte; beyond 448 it saturates.</summary>
    [IntrinsicImplementation, PtxInstruction("cvt.rn.satfinite.e4m3x2.f32 $r, $1, $0;", Architecture = "89", Isa = "8.1")]
    public static ushort PackE4M3(float low, float high) => throw new NotSupportedException("fp8 conversion runs in a kernel");

    /// <summary>Two floats to a pair of e5m2, the first in the low byte; beyond 57344 it saturates.</summary>
    [IntrinsicImplementation, PtxInstruction("cvt.rn.satfinite.e5m2x2.f32 $r, $1, $0;", Architecture = "89", Isa = "8.1")]
    public static ushort PackE5M2(float low, float high) => throw new NotSupportedException("fp8 conversion runs in a kernel");

    /// <summary>A pair of e4m3 to a pair of f16: exact.</summary>
    [IntrinsicImplementation, PtxInstruction("cvt.rn.f16x2.e4m3x2 $r, $0;", Architecture = "89", Isa = "8.1")]
    public static uint E4M3ToHalf(ushort pair) => throw new NotSupportedException("fp8 conversion runs in a kernel");

    /// <summary>A pair of e5m2 to a pair of f16: exact.</summary>
    [IntrinsicImplementation, PtxInstruction("cvt.rn.f16x2.e5m2x2 $r, $0;", Architecture = "89", Isa = "8.1")]
    public static uint E5M2ToHalf(ushort pair) => throw new NotSupportedException("fp8 conversion runs in a kernel");

    /// <summary>The bf16 in the low half: half an ulp is added, one less where that keeps the last bit even.</summary>
    private static uint RoundToBf16(float value)
    {
        var bits = FastMath.UnsignedBits(value);
        var rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
        return (bits & 0x7FFFFFFFu) > 0x7F800000u ? 0x7FFFu : rounded;
    }
}
