using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>A function of two elements and what it passes back to each; a struct each, in BinaryFunctions.cs.</summary>
internal interface IBinaryFunction
{
    /// <summary>The function in float32.</summary>
    static abstract TVector Value<TSimd, TVector>(TVector left, TVector right)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;

    /// <summary>The gradient of <c>left</c> in float32.</summary>
    static abstract TVector Left<TSimd, TVector>(TVector gradient, TVector left, TVector right)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;

    /// <summary>The gradient of <c>right</c> in float32.</summary>
    static abstract TVector Right<TSimd, TVector>(TVector gradient, TVector left, TVector right)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;

    /// <summary>The function in float64.</summary>
    static abstract double Value(double left, double right);

    /// <summary>The gradient of <c>left</c> in float64.</summary>
    static abstract double Left(double gradient, double left, double right);

    /// <summary>The gradient of <c>right</c> in float64.</summary>
    static abstract double Right(double gradient, double left, double right);

    /// <summary>y = f(left, right).</summary>
    internal readonly struct Forward<TFunction> : IPointwiseOperator
        where TFunction : struct, IBinaryFunction
    {
        public static int Inputs => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TSimd, TVector>(TVector x, TVector y, TVector z)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TFunction.Value<TSimd, TVector>(x, y);

        public double Invoke(double x, double y, double z) => TFunction.Value(x, y);
    }

    /// <summary>The gradient of left, from dy, left and right.</summary>
    internal readonly struct LeftGradient<TFunction> : IPointwiseOperator
        where TFunction : struct, IBinaryFunction
    {
        public static int Inputs => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TSimd, TVector>(TVector x, TVector y, TVector z)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TFunction.Left<TSimd, TVector>(x, y, z);

        public double Invoke(double x, double y, double z) => TFunction.Left(x, y, z);
    }

    /// <summary>The gradient of right, from dy, left and right.</summary>
    internal readonly struct RightGradient<TFunction> : IPointwiseOperator
        where TFunction : struct, IBinaryFunction
    {
        public static int Inputs => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TSimd, TVector>(TVector x, TVector y, TVector z)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TFunction.Right<TSimd, TVector>(x, y, z);

        public double Invoke(double x, double y, double z) => TFunction.Right(x, y, z);
    }
}
