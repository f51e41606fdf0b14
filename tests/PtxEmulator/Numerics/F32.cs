namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>
/// f32 arithmetic: PTX ISA "Floating-Point Instructions". Every operation is rounded once in the asked mode; a NaN result is 7fffffff.
/// The modifiers <c>.ftz</c> and <c>.sat</c> are <see cref="Flush"/> (of each input, then of the result) and <see cref="Saturate"/>.
/// </summary>
public static class F32
{
    /// <summary>The NaN of every f32 result.</summary>
    public static readonly float NaN = BitConverter.UInt32BitsToSingle(0x7FFFFFFF);

    /// <summary>A NaN becomes the canonical one, anything else stays.</summary>
    public static float Canonical(float value) => float.IsNaN(value) ? NaN : value;

    /// <summary><c>.ftz</c>: a subnormal value becomes zero of its sign.</summary>
    public static float Flush(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (bits & 0x7F800000) == 0 ? BitConverter.UInt32BitsToSingle(bits & 0x80000000) : value;
    }

    /// <summary><c>.sat</c>: clamped to [0, 1]; NaN and -0 become +0.</summary>
    public static float Saturate(float value) => value > 0 ? MathF.Min(value, 1) : 0;

    /// <summary>a + b.</summary>
    public static float Add(float a, float b, Rounding mode = Rounding.NearestEven) => mode == Rounding.NearestEven
        ? Canonical(a + b)
        : Narrow(SignedZero(OddRounding.Add(a, b), a, b, mode), mode);

    /// <summary>a - b.</summary>
    public static float Subtract(float a, float b, Rounding mode = Rounding.NearestEven) => Add(a, -b, mode);

    /// <summary>a · b.</summary>
    public static float Multiply(float a, float b, Rounding mode = Rounding.NearestEven) =>
        mode == Rounding.NearestEven ? Canonical(a * b) : Narrow((double)a * b, mode);

    /// <summary>a · b + c, rounded once: fma, and mad on every architecture that has f32 <c>mad.rn</c>.</summary>
    public static float MultiplyAdd(float a, float b, float c, Rounding mode = Rounding.NearestEven) => mode == Rounding.NearestEven
        ? Canonical(MathF.FusedMultiplyAdd(a, b, c))
        : Narrow(SignedZero(OddRounding.MultiplyAdd(a, b, c), (double)a * b, c, mode), mode);

    /// <summary>a / b.</summary>
    public static float Divide(float a, float b, Rounding mode = Rounding.NearestEven) =>
        mode == Rounding.NearestEven ? Canonical(a / b) : Narrow(OddRounding.Divide(a, b), mode);

    /// <summary>1 / a.</summary>
    public static float Reciprocal(float a, Rounding mode = Rounding.NearestEven) => Divide(1, a, mode);

    /// <summary>The square root; of a negative value NaN, of -0 -0.</summary>
    public static float SquareRoot(float a, Rounding mode = Rounding.NearestEven) =>
        mode == Rounding.NearestEven ? Canonical(MathF.Sqrt(a)) : Narrow(OddRounding.SquareRoot(a), mode);

    internal static double SignedZero(double sum, double a, double b, Rounding mode) =>
        mode == Rounding.Down && sum == 0 && (double.IsNegative(a) || double.IsNegative(b)) ? -0.0 : sum;

    private static float Narrow(double value, Rounding mode) => BitConverter.UInt32BitsToSingle((uint)SoftRounder.Round(FloatFormat.F32, value, mode));
}
