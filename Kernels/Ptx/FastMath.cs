using ILGPU.IR.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels.Ptx;

/// <summary>
/// Single instructions of float arithmetic. The <c>Approx</c> ones are the special function unit's: their errors, from the PTX ISA, stand at each. For results that have to equal
/// the CPU's use <c>SimdMath</c> and its kin over <see cref="DeviceScalar"/>.
/// </summary>
internal static class FastMath
{
    /// <summary>2^x: 2 ulp up to 2^-22.5 relative; subnormals flush to 0.</summary>
    [IntrinsicImplementation, PtxInstruction("ex2.approx.ftz.f32 $r, $0;")]
    public static float Exp2Approx(float x) => MathF.Pow(2, x);

    /// <summary>log2 x: absolute error 2^-22 for x in (0.5, 2), relative 2^-22 outside.</summary>
    [IntrinsicImplementation, PtxInstruction("lg2.approx.ftz.f32 $r, $0;")]
    public static float Log2Approx(float x) => MathF.Log2(x);

    /// <summary>e^x as 2^(x log2 e): the rounding of the product adds |x| · 2^-24 relative.</summary>
    public static float ExpApprox(float x) => Exp2Approx(x * 1.442695041f);

    /// <summary>ln x as log2 x · ln 2.</summary>
    public static float LogApprox(float x) => Log2Approx(x) * 0.693147181f;

    /// <summary>1 / √x: relative error 2^-22.9.</summary>
    [IntrinsicImplementation, PtxInstruction("rsqrt.approx.ftz.f32 $r, $0;")]
    public static float ReciprocalSqrtApprox(float x) => 1 / MathF.Sqrt(x);

    /// <summary>1 / x: 1 ulp; subnormals flush to 0.</summary>
    [IntrinsicImplementation, PtxInstruction("rcp.approx.ftz.f32 $r, $0;")]
    public static float ReciprocalApprox(float x) => 1 / x;

    /// <summary>tanh x: relative error 2^-11, good for bf16 results only.</summary>
    [IntrinsicImplementation, PtxInstruction("tanh.approx.f32 $r, $0;")]
    public static float TanhApprox(float x) => MathF.Tanh(x);

    /// <summary>1 / x, correctly rounded.</summary>
    [IntrinsicImplementation, PtxInstruction("rcp.rn.f32 $r, $0;")]
    public static float Reciprocal(float x) => 1 / x;

    /// <summary>√x, correctly rounded.</summary>
    [IntrinsicImplementation, PtxInstruction("sqrt.rn.f32 $r, $0;")]
    public static float Sqrt(float x) => MathF.Sqrt(x);

    /// <summary>√x in float64, correctly rounded.</summary>
    [IntrinsicImplementation, PtxInstruction("sqrt.rn.f64 $r, $0;")]
    public static double Sqrt(double x) => Math.Sqrt(x);

    /// <summary>left / right, correctly rounded.</summary>
    [IntrinsicImplementation, PtxInstruction("div.rn.f32 $r, $0, $1;")]
    public static float Divide(float left, float right) => left / right;

    /// <summary>left / right within 2 ulp, for |right| in [2^-126, 2^126].</summary>
    [IntrinsicImplementation, PtxInstruction("div.approx.ftz.f32 $r, $0, $1;")]
    public static float DivideApprox(float left, float right) => left / right;

    /// <summary>left · right + addend, rounded once.</summary>
    [IntrinsicImplementation, PtxInstruction("fma.rn.f32 $r, $0, $1, $2;")]
    public static float Fma(float left, float right, float addend) => MathF.FusedMultiplyAdd(left, right, addend);

    /// <summary>left · right + addend in float64, rounded once.</summary>
    [IntrinsicImplementation, PtxInstruction("fma.rn.f64 $r, $0, $1, $2;")]
    public static double Fma(double left, double right, double addend) => Math.FusedMultiplyAdd(left, right, addend);

    /// <summary>left + right, which the assembler may not fuse with a product.</summary>
    [IntrinsicImplementation, PtxInstruction("add.rn.f32 $r, $0, $1;")]
    public static float Add(float left, float right) => left + right;

    /// <summary>left - right, which the assembler may not fuse with a product.</summary>
    [IntrinsicImplementation, PtxInstruction("sub.rn.f32 $r, $0, $1;")]
    public static float Subtract(float left, float right) => left - right;

    /// <summary>left · right, which the assembler may not fuse with a sum.</summary>
    [IntrinsicImplementation, PtxInstruction("mul.rn.f32 $r, $0, $1;")]
    public static float Multiply(float left, float right) => left * right;

    /// <summary>|x|.</summary>
    [IntrinsicImplementation, PtxInstruction("abs.f32 $r, $0;")]
    public static float Abs(float x) => MathF.Abs(x);

    /// <summary>The larger one; the number where one is NaN.</summary>
    [IntrinsicImplementation, PtxInstruction("max.f32 $r, $0, $1;")]
    public static float Max(float left, float right) => float.MaxNumber(left, right);

    /// <summary>The smaller one; the number where one is NaN.</summary>
    [IntrinsicImplementation, PtxInstruction("min.f32 $r, $0, $1;")]
    public static float Min(float left, float right) => float.MinNumber(left, right);

    /// <summary>left > right ? yes : no, without a branch; a NaN compares false.</summary>
    [IntrinsicImplementation, PtxInstruction("{ .reg .pred p; setp.gt.f32 p, $0, $1; selp.f32 $r, $2, $3, p; }")]
    public static float IfGreater(float left, float right, float yes, float no) => left > right ? yes : no;

    /// <summary>The value where it is NaN, <paramref name="otherwise"/> elsewhere.</summary>
    [IntrinsicImplementation, PtxInstruction("{ .reg .pred p; setp.nan.f32 p, $0, $0; selp.f32 $r, $0, $1, p; }")]
    public static float IfNaN(float value, float otherwise) => float.IsNaN(value) ? value : otherwise;

    /// <summary>The bits of a float.</summary>
    [IntrinsicImplementation, PtxInstruction("mov.b32 $r, $0;")]
    public static int Bits(float value) => BitConverter.SingleToInt32Bits(value);

    /// <summary>The float of some bits.</summary>
    [IntrinsicImplementation, PtxInstruction("mov.b32 $r, $0;")]
    public static float FromBits(int bits) => BitConverter.Int32BitsToSingle(bits);

    /// <summary>The bits of a float.</summary>
    [IntrinsicImplementation, PtxInstruction("mov.b32 $r, $0;")]
    public static uint UnsignedBits(float value) => BitConverter.SingleToUInt32Bits(value);

    /// <summary>The float of some bits.</summary>
    [IntrinsicImplementation, PtxInstruction("mov.b32 $r, $0;")]
    public static float FromBits(uint bits) => BitConverter.UInt32BitsToSingle(bits);

    /// <summary>The nearest whole number, ties to even.</summary>
    [IntrinsicImplementation, PtxInstruction("cvt.rni.f32.f32 $r, $0;")]
    public static float Round(float x) => MathF.Round(x);

    /// <summary>The next whole number at or below.</summary>
    [IntrinsicImplementation, PtxInstruction("cvt.rmi.f32.f32 $r, $0;")]
    public static float Floor(float x) => MathF.Floor(x);

    /// <summary>The nearest int, ties to even, saturating; 0 for NaN.</summary>
    [IntrinsicImplementation, PtxInstruction("cvt.rni.s32.f32 $r, $0;")]
    public static int RoundToInt(float x) => float.IsNaN(x) ? 0 : (int)Math.Clamp(Math.Round((double)x), int.MinValue, int.MaxValue);
}
