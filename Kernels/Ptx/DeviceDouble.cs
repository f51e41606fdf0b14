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

    /// <summary>x to a constant power: by multiplication where it is whole and at most 64 in magnitude, otherwise exp(p ln x), which is NaN below 0.</summary>
    public static double Power(double x, double exponent, bool isWhole)
    {
        if (!isWhole)
        {
            return Exp(Multiply(exponent, Log(x)));
        }

        var power = 1.0;
        var factor = x;
        for (var n = (int)(exponent < 0 ? -exponent : exponent); n > 0; n >>= 1)
        {
            power = (n & 1) == 1 ? Multiply(power, factor) : power;
            factor = Multiply(factor, factor);
        }

        return exponent < 0 ? Divide(1.0, power) : power;
    }

    /// <summary>left / right, correctly rounded.</summary>
    [IntrinsicImplementation, PtxInstruction("div.rn.f64 $r, $0, $1;")]
    public static double Divide(double left, double right) => left / right;

    /// <summary>e^x: <see cref="DoubleMath.Exp"/>, bit for bit.</summary>
    public static double Exp(double x)
    {
        var clamped = x > 710 ? 710 : x < -746 ? -746 : x;
        var shifted = FastMath.Fma(clamped, 1.4426950408889634, RoundingShift);
        var n = Subtract(shifted, RoundingShift);
        var r = FastMath.Fma(n, -0.6931471805599453, clamped);
        r = FastMath.Fma(n, -2.3190468138462996e-17, r);
        var q = FastMath.Fma(2.0926792425789926e-09, r, 2.5112149877362585e-08);
        q = FastMath.Fma(q, r, 2.755723397168411e-07);
        q = FastMath.Fma(q, r, 2.755723457860071e-06);
        q = FastMath.Fma(q, r, 2.48015873728016e-05);
        q = FastMath.Fma(q, r, 0.00019841269896604376);
        q = FastMath.Fma(q, r, 0.0013888888888859113);
        q = FastMath.Fma(q, r, 0.008333333333316987);
        q = FastMath.Fma(q, r, 0.04166666666666672);
        q = FastMath.Fma(q, r, 0.16666666666666682);
        q = FastMath.Fma(q, r, 0.5);
        var y = Add(FastMath.Fma(Multiply(r, r), q, r), 1.0);
        var exponent = (int)Bits(shifted);
        var half = exponent >> 1;
        var result = Multiply(Multiply(y, FromBits((half + 1023L) << 52)), FromBits((exponent - half + 1023L) << 52));
        return x <= 0 || x > 0 ? result : x;
    }

    /// <summary>ln x: <see cref="DoubleMath.Log"/>, bit for bit; -infinity at 0, NaN below.</summary>
    public static double Log(double x)
    {
        const long SqrtHalfBits = 0x3FE6A09E667F3BCD;
        const long InfinityBits = 0x7FF0000000000000;
        var isSubnormal = x < 2.2250738585072014e-308;
        var bits = Bits(isSubnormal ? Multiply(x, 18014398509481984.0) : x);
        var exponent = (bits - SqrtHalfBits) >> 52;
        var f = Subtract(FromBits(bits - (exponent << 52)), 1.0);
        var n = (double)(exponent - (isSubnormal ? 54 : 0));
        var s = Divide(f, Add(2.0, f));
        var z = Multiply(s, s);
        var p = FastMath.Fma(0.14792622690964344, z, 0.15314415290483568);
        p = FastMath.Fma(p, z, 0.1818354851151486);
        p = FastMath.Fma(p, z, 0.22222198916096803);
        p = FastMath.Fma(p, z, 0.2857142873853355);
        p = FastMath.Fma(p, z, 0.39999999999435415);
        p = FastMath.Fma(p, z, 0.6666666666666731);
        var h = Multiply(Multiply(0.5, f), f);
        var rest = FastMath.Fma(n, 2.8235290563031577e-13, 0.0);
        rest = FastMath.Fma(s, FastMath.Fma(p, z, h), rest);
        var result = FastMath.Fma(n, 0.693147180559663, Subtract(f, Subtract(h, rest)));
        var isNumber = x > 0 && Bits(x) < InfinityBits;
        return isNumber ? result : x == 0 ? FromBits(unchecked((long)0xFFF0000000000000)) : x > 0 ? x : FromBits(0x7FF8000000000000);
    }
}
