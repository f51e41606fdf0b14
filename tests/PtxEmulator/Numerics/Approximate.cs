namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>
/// The <c>.approx</c> and <c>.full</c> instructions: PTX ISA "Floating-Point Instructions". Computed in double and rounded to nearest, which is
/// inside every documented bound; hardware's own bits are not known. Special values are the documented ones. With <c>ftz</c> a subnormal
/// input or result becomes zero of its sign.
/// </summary>
public static class Approximate
{
    private const float TwoTo126 = 8.507059e37f;

    /// <summary>ex2.approx: 2^a.</summary>
    public static float Exponent2(float a, bool ftz = false) => Finish(PowersOfTwo.Power(Start(a, ftz)), ftz);

    /// <summary>lg2.approx: log2 a; of a zero -infinity, of a negative value NaN.</summary>
    public static float Logarithm2(float a, bool ftz = false) => Finish(PowersOfTwo.Logarithm(Start(a, ftz)), ftz);

    /// <summary>sin.approx; of an infinity NaN, of -0 -0.</summary>
    public static float Sine(float a, bool ftz = false) => Finish(Math.Sin(Start(a, ftz)), ftz);

    /// <summary>cos.approx.</summary>
    public static float Cosine(float a, bool ftz = false) => Finish(Math.Cos(Start(a, ftz)), ftz);

    /// <summary>tanh.approx.f32, which keeps subnormal values.</summary>
    public static float Tanh(float a) => Finish(Math.Tanh(a), false);

    /// <summary>rcp.approx: of a zero infinity of its sign.</summary>
    public static float Reciprocal(float a, bool ftz = false) => Finish(1 / (double)Start(a, ftz), ftz);

    /// <summary>rsqrt.approx: of -0 -infinity, of a negative value NaN.</summary>
    public static float ReciprocalSquareRoot(float a, bool ftz = false) => Finish(1 / Math.Sqrt(Start(a, ftz)), ftz);

    /// <summary>sqrt.approx.</summary>
    public static float SquareRoot(float a, bool ftz = false) => Finish(Math.Sqrt(Start(a, ftz)), ftz);

    /// <summary>div.full: within 2 ulp over the whole range.</summary>
    public static float DivideFull(float a, float b, bool ftz = false) => Finish((double)Start(a, ftz) / Start(b, ftz), ftz);

    /// <summary>div.approx: a · (1 / b). Above 2^126 the reciprocal counts as zero: the quotient of a finite value is zero, that of an infinity NaN.</summary>
    public static float Divide(float a, float b, bool ftz = false)
    {
        var (x, y) = (Start(a, ftz), Start(b, ftz));
        return MathF.Abs(y) > TwoTo126 && float.IsFinite(y) ? Finish((double)x * MathF.CopySign(0, y), ftz) : Finish((double)x / y, ftz);
    }

    /// <summary>ex2.approx.f16.</summary>
    public static ushort Exponent2F16(ushort a) => F16.FromDouble(PowersOfTwo.Power(F16.ToSingle(a)));

    /// <summary>ex2.approx.ftz.bf16: subnormal inputs and results are zero.</summary>
    public static ushort Exponent2BF16(ushort a) => FlushBF16(BF16.FromDouble(PowersOfTwo.Power(BF16.ToSingle(FlushBF16(a)))));

    /// <summary>tanh.approx.f16.</summary>
    public static ushort TanhF16(ushort a) => F16.FromDouble(Math.Tanh(F16.ToSingle(a)));

    /// <summary>tanh.approx.bf16.</summary>
    public static ushort TanhBF16(ushort a) => BF16.FromDouble(Math.Tanh(BF16.ToSingle(a)));

    /// <summary>rcp.approx.ftz.f64: an approximation whose lower 32 bits are zero.</summary>
    public static double ReciprocalF64(double a) => UpperHalf(1 / UpperHalf(a));

    /// <summary>rsqrt.approx.ftz.f64: an approximation whose lower 32 bits are zero.</summary>
    public static double ReciprocalSquareRootF64(double a) => UpperHalf(1 / Math.Sqrt(UpperHalf(a)));

    private static float Start(float a, bool ftz) => ftz ? F32.Flush(a) : a;

    private static float Finish(double value, bool ftz)
    {
        var rounded = F32.Canonical((float)value);
        return ftz ? F32.Flush(rounded) : rounded;
    }

    private static ushort FlushBF16(ushort bits) => (bits & 0x7F80) == 0 ? (ushort)(bits & 0x8000) : bits;

    // The f64 forms read the upper 32 bits of their operand and flush what is subnormal.
    private static double UpperHalf(double value)
    {
        if (double.IsNaN(value))
        {
            return F64.NaN;
        }

        var bits = BitConverter.DoubleToUInt64Bits(value) & 0xFFFFFFFF00000000;
        return BitConverter.UInt64BitsToDouble((bits & 0x7FF0000000000000) == 0 ? bits & 0x8000000000000000 : bits);
    }
}
