using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>The element-wise ends of softmax and its kin.</summary>
internal static class SoftmaxOperators
{
    /// <summary>e^(x - y) / z: y the maximum, z the sum of exponentials.</summary>
    internal readonly struct Softmax : IPointwiseOperator
    {
        public static int Inputs => 3;

        public static int Cost => 8;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TSimd, TVector>(TVector x, TVector y, TVector z)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Divide(Reductions.Exponentials.Map<TSimd, TVector>(x, y), z);

        public double Invoke(double x, double y, double z) => Reductions.Exponentials.Map(x, y) / z;
    }

    /// <summary>(x - y) - z: y the maximum, z the logarithm of the sum of exponentials.</summary>
    internal readonly struct LogSoftmax : IPointwiseOperator
    {
        public static int Inputs => 3;

        public static int Cost => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TSimd, TVector>(TVector x, TVector y, TVector z)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Subtract(TSimd.Subtract(x, y), z);

        public double Invoke(double x, double y, double z) => x - y - z;
    }

    /// <summary>y (x - z): y the output, x its gradient, z their dot product.</summary>
    internal readonly struct SoftmaxGradient : IPointwiseOperator
    {
        public static int Inputs => 3;

        public static int Cost => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TSimd, TVector>(TVector x, TVector y, TVector z)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Multiply(y, TSimd.Subtract(x, z));

        public double Invoke(double x, double y, double z) => y * (x - z);
    }

    /// <summary>x - e^y z: y the output, x its gradient, z the sum of x.</summary>
    internal readonly struct LogSoftmaxGradient : IPointwiseOperator
    {
        public static int Inputs => 3;

        public static int Cost => 8;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TSimd, TVector>(TVector x, TVector y, TVector z)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Fma(TSimd.Subtract(TSimd.Create(0f), SimdMath.Exp<TSimd, TVector>(y)), z, x);

        public double Invoke(double x, double y, double z) => Math.FusedMultiplyAdd(-DoubleMath.Exp(y), z, x);
    }

    /// <summary>x e^(y - z): z the log-sum-exp of the inputs y, x its gradient.</summary>
    internal readonly struct LogSumExpGradient : IPointwiseOperator
    {
        public static int Inputs => 3;

        public static int Cost => 8;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Invoke<TSimd, TVector>(TVector x, TVector y, TVector z)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Multiply(x, Reductions.Exponentials.Map<TSimd, TVector>(y, z));

        public double Invoke(double x, double y, double z) => x * Reductions.Exponentials.Map(y, z);
    }
}
