namespace PlamoNative.Kernels.Ptx;

/// <summary>The natural logarithm in float64 in a GPU thread: the polynomial of <see cref="DoubleMath"/>.</summary>
internal static class DeviceLog
{
    /// <summary>ln x of a normal number; infinity and NaN stay what they are.</summary>
    public static double Natural(double x)
    {
        const long SqrtHalfBits = 0x3FE6A09E667F3BCD;
        const double Ln2 = 0.6931471805599453;
        var bits = DeviceDouble.Bits(x);
        var exponent = (bits - SqrtHalfBits) >> 52;
        var f = DeviceDouble.FromBits(bits - (exponent << 52)) - 1;
        var s = f / (2 + f);
        var z = s * s;
        var p = FastMath.Fma(0.14792622690964344, z, 0.15314415290483568);
        p = FastMath.Fma(p, z, 0.1818354851151486);
        p = FastMath.Fma(p, z, 0.22222198916096803);
        p = FastMath.Fma(p, z, 0.2857142873853355);
        p = FastMath.Fma(p, z, 0.39999999999435415);
        p = FastMath.Fma(p, z, 0.6666666666666731);
        var h = 0.5 * f * f;
        var log = FastMath.Fma(exponent, Ln2, f - (h - (s * FastMath.Fma(p, z, h))));
        return x < double.PositiveInfinity ? log : x;
    }
}
