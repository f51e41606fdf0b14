using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>The reductions.</summary>
internal static class Reductions
{
    /// <summary>Σ x, or Σ x / divisor.</summary>
    internal readonly struct Sum(double divisor) : IReduction
    {
        private readonly double _divisor = divisor;

        public static int Inputs => 1;

        public static double Start => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Map<TSimd, TVector>(TVector x, TVector y)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Add<TSimd, TVector>(TVector sum, TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Add(sum, left);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Fold<TSimd, TVector>(TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Add(left, right);

        public static double Map(double x, double y) => x;

        public static double Fold(double left, double right) => left + right;

        public double Finish(double total, double held) => total / _divisor;
    }

    /// <summary>Σ x y.</summary>
    internal readonly struct Dot : IReduction
    {
        public static int Inputs => 2;

        public static double Start => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Map<TSimd, TVector>(TVector x, TVector y)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Multiply(x, y);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Add<TSimd, TVector>(TVector sum, TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Add(sum, left);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Fold<TSimd, TVector>(TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Add(left, right);

        public static double Map(double x, double y) => x * y;

        public static double Fold(double left, double right) => left + right;

        public double Finish(double total, double held) => total;
    }

    /// <summary>The largest x, NaN if one is.</summary>
    internal readonly struct Max : IReduction
    {
        public static int Inputs => 1;

        public static double Start => double.NegativeInfinity;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Map<TSimd, TVector>(TVector x, TVector y)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Add<TSimd, TVector>(TVector sum, TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.IfNaN(sum, TSimd.IfGreater(sum, left, sum, left));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Fold<TSimd, TVector>(TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.IfNaN(left, TSimd.IfGreater(left, right, left, right));

        public static double Map(double x, double y) => x;

        public static double Fold(double left, double right) => left > right || double.IsNaN(left) ? left : right;

        public double Finish(double total, double held) => total;
    }

    /// <summary>Σ e^(x - y), y being what the output holds: a finite maximum; one that is not finite counts as 0.</summary>
    internal readonly struct Exponentials : IReduction
    {
        public static int Inputs => 2;

        public static int Cost => 8;

        public static double Start => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Map<TSimd, TVector>(TVector x, TVector y)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => SimdMath.Exp<TSimd, TVector>(TSimd.Subtract(x, TSimd.IfGreater(TSimd.Abs(y), TSimd.Create(float.MaxValue), TSimd.Create(0f), y)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Add<TSimd, TVector>(TVector sum, TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Add(sum, left);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Fold<TSimd, TVector>(TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Add(left, right);

        public static double Map(double x, double y) => DoubleMath.Exp(x - (double.IsInfinity(y) ? 0 : y));

        public static double Fold(double left, double right) => left + right;

        public double Finish(double total, double held) => total;
    }

    /// <summary>y + ln Σ e^(x - y), y being what the output holds: the maximum.</summary>
    internal readonly struct LogSumExp : IReduction
    {
        public static int Inputs => 2;

        public static int Cost => 8;

        public static double Start => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Map<TSimd, TVector>(TVector x, TVector y)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => Exponentials.Map<TSimd, TVector>(x, y);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Add<TSimd, TVector>(TVector sum, TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Add(sum, left);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Fold<TSimd, TVector>(TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Add(left, right);

        public static double Map(double x, double y) => Exponentials.Map(x, y);

        public static double Fold(double left, double right) => left + right;

        public double Finish(double total, double held) => (double.IsInfinity(held) ? 0 : held) + DoubleMath.Log(total);
    }
}
