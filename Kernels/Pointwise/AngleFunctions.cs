using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>
/// Sine and cosine, of radians up to 2^30 in magnitude, NaN beyond: neighbouring float32 angles there are more than ten turns apart. Both types go through
/// float64, lane by lane, so a float32 result is the rounded true value whatever the angle.
/// </summary>
internal static class AngleFunctions
{
    private const double Farthest = 1 << 30;

    /// <summary>sin x; slope cos x.</summary>
    internal readonly struct Sin : IUnaryFunction
    {
        public static int Cost => 32;

        public static TVector Value<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => Lanes<TSimd, TVector, Sin>(x, slope: false);

        public static TVector Slope<TSimd, TVector>(TVector saved)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => Lanes<TSimd, TVector, Sin>(saved, slope: true);

        public static double Value(double x) => Turn(x).Sine;

        public static double Slope(double saved) => Turn(saved).Cosine;
    }

    /// <summary>cos x; slope -sin x.</summary>
    internal readonly struct Cos : IUnaryFunction
    {
        public static int Cost => 32;

        public static TVector Value<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => Lanes<TSimd, TVector, Cos>(x, slope: false);

        public static TVector Slope<TSimd, TVector>(TVector saved)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => Lanes<TSimd, TVector, Cos>(saved, slope: true);

        public static double Value(double x) => Turn(x).Cosine;

        public static double Slope(double saved) => -Turn(saved).Sine;
    }

    private static (double Sine, double Cosine) Turn(double x) => Math.Abs(x) <= Farthest ? DoubleMath.SinCos(x, 0) : (double.NaN, double.NaN);

    private static unsafe TVector Lanes<TSimd, TVector, TFunction>(TVector x, bool slope)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
        where TFunction : struct, IUnaryFunction
    {
        var lanes = (float*)&x;
        for (var i = 0; i < TSimd.Count; i++)
        {
            lanes[i] = (float)(slope ? TFunction.Slope(lanes[i]) : TFunction.Value(lanes[i]));
        }

        return x;
    }
}
