using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>A function of one element and its derivative; a struct each, in UnaryFunctions.cs.</summary>
internal interface IUnaryFunction
{
    /// <summary>Whether <see cref="Slope{TSimd, TVector}"/> takes the function's result instead of its argument.</summary>
    static virtual bool SlopeOfOutput => false;

    /// <summary>What an element costs, in additions.</summary>
    static virtual int Cost => 1;

    /// <summary>The function in float32.</summary>
    static abstract TVector Value<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;

    /// <summary>Its derivative in float32.</summary>
    static abstract TVector Slope<TSimd, TVector>(TVector saved)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;

    /// <summary>The function in float64.</summary>
    static abstract double Value(double x);

    /// <summary>Its derivative in float64.</summary>
    static abstract double Slope(double saved);

    /// <summary>y = f(x).</summary>
    internal readonly struct Forward<TFunction> : IPointwiseOperator
        where TFunction : struct, IUnaryFunction
    {
        public static int Inputs => 1;

        public static int Cost => TFunction.Cost;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TSimd, TVector>(TVector x, TVector y, TVector z)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TFunction.Value<TSimd, TVector>(x);

        public double Invoke(double x, double y, double z) => TFunction.Value(x);
    }

    /// <summary>dx = dy f'(x), from dy and what the slope takes.</summary>
    internal readonly struct Gradient<TFunction> : IPointwiseOperator
        where TFunction : struct, IUnaryFunction
    {
        public static int Inputs => 2;

        public static int Cost => TFunction.Cost;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TSimd, TVector>(TVector x, TVector y, TVector z)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Multiply(x, TFunction.Slope<TSimd, TVector>(y));

        public double Invoke(double x, double y, double z) => x * TFunction.Slope(y);
    }
}
