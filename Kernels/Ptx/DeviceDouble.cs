using ILGPU.IR.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels.Ptx;

/// <summary>Functions in float64 in a GPU thread, for angles and powers whose float32 form loses digits: the polynomials of <see cref="DoubleMath"/>.</summary>
internal static class DeviceDouble
{
    private const double RoundingShift = 6755399441055744.0; // 1.5 · 2^52

    /// <summary>left · right, which the assembler may not fuse with a sum.</summary>
    [IntrinsicImplementation, PtxInstruction("mul.rn.f64 $r, $0, $1;")]
    public static double Multiply(double left, double right) => left * right;

    /// <summary>left + right, which the assembler may not fuse with a product.</summary>
    [IntrinsicImplementation, PtxInstruction("add.rn.f64 $r, $0, $1;")]
    public static double Add(double left, double right) => left + right;

    /// <summary>left - right, which the assembler may not fuse with a product.</summary>
    [IntrinsicImplementation, PtxInstruction("sub.rn.f64 $r, $0, $1;")]
    public static double Subtract(double left, double right) => left - right;

    /// <summary>Rounded to float32.</summary>
    [IntrinsicImplementation, PtxInstruction("cvt.rn.f32.f64 $r, $0;")]
    public static float ToFloat(double value) => (float)value;

    /// <summary>The bits of a double.</summary>
    [IntrinsicImplementation, PtxInstruction("mov.b64 $r, $0;")]
    public static long Bits(double value) => BitConverter.DoubleToInt64Bits(value);

    /// <summary>The double of some bits.</summary>
    [IntrinsicImplementation, PtxInstruction("mov.b64 $r, $0;")]
    public static double FromBits(long bits) => BitConverter.Int64BitsToDouble(bits);

    /// <summary>Sine and cosine of the angle <paramref name="high"/> + <paramref name="low"/>, right up to 2^30 in magnitude: <see cref="DoubleMath.SinCos"/>, bit for bit.</summary>
    /// <returns>The sine.</returns>
    public static double SinCos(double high, double low, out double cosine)
    {
        const double HalfPi1 = 1.5707963267948966;
        const double HalfPi2 = 6.123233995736766e-17;
        const double HalfPi3 = -1.4973849048591698e-33;
        var shifted = FastMath.Fma(high, 0.6366197723675814, RoundingShift);
        var n = Subtract(shifted, RoundingShift);
        var r = FastMath.Fma(n, -HalfPi1, high);
        r = Add(r, Subtract(FastMath.Fma(n, -HalfPi2, low), Multiply(n, HalfPi3)));

        var z = Multiply(r, r);
        var s = FastMath.Fma(1.5896860228737446e-10, z, -2.505075969289428e-08);
        s = FastMath.Fma(s, z, 2.755731370583204e-06);
        s = FastMath.Fma(s, z, -0.0001984126982986312);
        s = FastMath.Fma(s, z, 0.008333333333322512);
        s = FastMath.Fma(s, z, -0.16666666666666632);
        var sine = FastMath.Fma(Multiply(r, z), s, r);

        var c = FastMath.Fma(-1.1361209966105508e-11, z, 2.0875756340181722e-09);
        c = FastMath.Fma(c, z, -2.755731462231689e-07);
        c = FastMath.Fma(c, z, 2.4801587290536862e-05);
        c = FastMath.Fma(c, z, -0.0013888888888876074);
        c = FastMath.Fma(c, z, 0.041666666666666616);
        var even = FastMath.Fma(Multiply(z, z), c, FastMath.Fma(-0.5, z, 1.0));

        // The quarter turns, in the low bits of the shifted number.
        var quarter = (int)Bits(shifted) & 3;
        var isOdd = (quarter & 1) != 0;
        var first = isOdd ? even : sine;
        var second = isOdd ? sine : even;
        cosine = quarter == 1 || quarter == 2 ? -second : second;
        return quarter >= 2 ? -first : first;
    }
}
