using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>
/// The normal distribution's density φ and tail Q(t) = ½ erfc(t / √2), for the exact GELU. Q is e^(-t²/2) times a slowly falling factor, so that the far tail
/// keeps its relative accuracy.
/// </summary>
internal static class NormalTail
{
    private const double InverseSqrtTwoPi = 0.3989422804014327;

    /// <summary>In float32, for t = |x|: relative errors below 6e-7.</summary>
    /// <returns>Q(|x|); φ(x) beside it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of<TSimd, TVector>(TVector x, out TVector density)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        // From 15 on everything is 0; a finite argument keeps infinity - infinity away.
        var t = TSimd.Abs(x);
        t = TSimd.IfGreater(t, TSimd.Create(15f), TSimd.Create(15f), t);

        // e^(-t²/2), with what rounding t² lost put back.
        var square = TSimd.Multiply(t, t);
        var lost = TSimd.Fma(t, t, TSimd.Subtract(TSimd.Create(0f), square));
        var e = SimdMath.Exp<TSimd, TVector>(TSimd.Multiply(square, TSimd.Create(-0.5f)));
        e = TSimd.Fma(e, TSimd.Multiply(lost, TSimd.Create(-0.5f)), e);
        density = TSimd.Multiply(e, TSimd.Create((float)InverseSqrtTwoPi));

        // Q e^(t²/2) = u p(u), u = 1 / (1 + 0.3 t): interpolated at Chebyshev nodes over t in [0, 14.5], 5e-9 before rounding.
        var u = TSimd.Divide(TSimd.Create(1f), TSimd.Fma(t, TSimd.Create(0.3f), TSimd.Create(1f)));
        var p = TSimd.Fma(TSimd.Create(-0.020956025f), u, TSimd.Create(0.114257455f));
        p = TSimd.Fma(p, u, TSimd.Create(-0.23252441f));
        p = TSimd.Fma(p, u, TSimd.Create(0.19755058f));
        p = TSimd.Fma(p, u, TSimd.Create(-0.08421348f));
        p = TSimd.Fma(p, u, TSimd.Create(0.09871139f));
        p = TSimd.Fma(p, u, TSimd.Create(0.077517904f));
        p = TSimd.Fma(p, u, TSimd.Create(0.11041841f));
        p = TSimd.Fma(p, u, TSimd.Create(0.11955043f));
        p = TSimd.Fma(p, u, TSimd.Create(0.11968775f));
        return TSimd.Multiply(TSimd.Multiply(p, u), e);
    }

    /// <summary>In float64: a series of positive terms up to t = 3, a continued fraction beyond.</summary>
    /// <returns>Q(|x|); φ(x) beside it.</returns>
    public static double Of(double x, out double density)
    {
        var t = Math.Abs(x);
        if (double.IsNaN(t))
        {
            return density = t;
        }

        t = t > 40 ? 40 : t;
        var square = t * t;
        var e = DoubleMath.Exp(-0.5 * square);
        e = Math.FusedMultiplyAdd(e, -0.5 * Math.FusedMultiplyAdd(t, t, -square), e);
        density = e * InverseSqrtTwoPi;
        if (t < 3)
        {
            // ½ - φ (t + t³/3 + t⁵/15 + …)
            var (term, sum) = (t, t);
            for (var n = 3; term > sum * 1e-17; n += 2)
            {
                term *= square / n;
                sum += term;
            }

            return 0.5 - (density * sum);
        }

        // φ / (t + 1 / (t + 2 / (t + 3 / (t + …
        var fraction = t;
        for (var n = 80; n > 0; n--)
        {
            fraction = t + (n / fraction);
        }

        return density / fraction;
    }
}
