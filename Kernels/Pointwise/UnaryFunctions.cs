using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>The functions of one element that are a line each; the angles and GELU have files of their own.</summary>
internal static class UnaryFunctions
{
    /// <summary>|x|; slope 0 at 0.</summary>
    internal readonly struct Abs : IUnaryFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Abs(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Slope<TSimd, TVector>(TVector saved)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.IfNaN(saved, TSimd.IfGreater(saved, TSimd.Create(0f), TSimd.Create(1f), TSimd.IfGreater(TSimd.Create(0f), saved, TSimd.Create(-1f), TSimd.Create(0f))));

        public static double Value(double x) => Math.Abs(x);

        public static double Slope(double saved) => saved > 0 ? 1 : saved < 0 ? -1 : saved == 0 ? 0 : saved;
    }

    /// <summary>e^x; its own slope.</summary>
    internal readonly struct Exp : IUnaryFunction
    {
        public static bool SlopeOfOutput => true;

        public static int Cost => 8;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => SimdMath.Exp<TSimd, TVector>(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Slope<TSimd, TVector>(TVector saved)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => saved;

        public static double Value(double x) => DoubleMath.Exp(x);

        public static double Slope(double saved) => saved;
    }

    /// <summary>ln x.</summary>
    internal readonly struct Log : IUnaryFunction
    {
        public static int Cost => 8;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => SimdMath.Log<TSimd, TVector>(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Slope<TSimd, TVector>(TVector saved)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Divide(TSimd.Create(1f), saved);

        public static double Value(double x) => DoubleMath.Log(x);

        public static double Slope(double saved) => 1 / saved;
    }

    /// <summary>√x; slope 1 / (2 y).</summary>
    internal readonly struct Sqrt : IUnaryFunction
    {
        public static bool SlopeOfOutput => true;

        public static int Cost => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Sqrt(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Slope<TSimd, TVector>(TVector saved)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Divide(TSimd.Create(0.5f), saved);

        public static double Value(double x) => Math.Sqrt(x);

        public static double Slope(double saved) => 0.5 / saved;
    }

    /// <summary>Hyperbolic tangent; slope 1 - y².</summary>
    internal readonly struct Tanh : IUnaryFunction
    {
        public static bool SlopeOfOutput => true;

        public static int Cost => 8;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => SimdMath.Tanh<TSimd, TVector>(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Slope<TSimd, TVector>(TVector saved)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Fma(TSimd.Subtract(TSimd.Create(0f), saved), saved, TSimd.Create(1f));

        public static double Value(double x) => DoubleFunctions.Tanh(x);

        public static double Slope(double saved) => Math.FusedMultiplyAdd(-saved, saved, 1);
    }

    /// <summary>1 / (1 + e^-x); slope y - y².</summary>
    internal readonly struct Sigmoid : IUnaryFunction
    {
        public static bool SlopeOfOutput => true;

        public static int Cost => 8;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => SimdMath.Sigmoid<TSimd, TVector>(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Slope<TSimd, TVector>(TVector saved)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Multiply(saved, TSimd.Subtract(TSimd.Create(1f), saved));

        public static double Value(double x) => DoubleMath.Sigmoid(x);

        public static double Slope(double saved) => saved * (1 - saved);
    }

    /// <summary>ln(1 + e^x); slope sigmoid(x).</summary>
    internal readonly struct Softplus : IUnaryFunction
    {
        public static int Cost => 8;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => SimdMath.Softplus<TSimd, TVector>(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Slope<TSimd, TVector>(TVector saved)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => SimdMath.Sigmoid<TSimd, TVector>(saved);

        public static double Value(double x) => DoubleMath.Softplus(x);

        public static double Slope(double saved) => DoubleMath.Sigmoid(saved);
    }

    /// <summary>x / (1 + e^-x).</summary>
    internal readonly struct Silu : IUnaryFunction
    {
        public static int Cost => 8;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => SimdMath.Silu<TSimd, TVector>(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Slope<TSimd, TVector>(TVector saved)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => SiluGradient.Slope<TSimd, TVector>(saved, out _);

        public static double Value(double x) => DoubleMath.Silu(x);

        public static double Slope(double saved) => SiluGradient.Slope(saved, out _);
    }

    /// <summary>max(x, 0); slope 1 where y > 0.</summary>
    internal readonly struct Relu : IUnaryFunction
    {
        public static bool SlopeOfOutput => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.IfNaN(x, TSimd.IfGreater(x, TSimd.Create(0f), x, TSimd.Create(0f)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Slope<TSimd, TVector>(TVector saved)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.IfGreater(saved, TSimd.Create(0f), TSimd.Create(1f), TSimd.Create(0f));

        public static double Value(double x) => x > 0 || double.IsNaN(x) ? x : 0;

        public static double Slope(double saved) => saved > 0 ? 1 : 0;
    }
}
