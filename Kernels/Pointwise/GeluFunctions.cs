using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>GELU in its two forms.</summary>
internal static class GeluFunctions
{
    /// <summary>x Φ(x) = x (1 + erf(x / √2)) / 2; slope Φ(x) + x φ(x).</summary>
    internal readonly struct Gelu : IUnaryFunction
    {
        // Φ is 0 or 1 far before this; a finite factor keeps 0 · infinity away.
        private const float Farthest = 208;

        public static int Cost => 16;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            var tail = NormalTail.Of<TSimd, TVector>(x, out _);
            var lowest = TSimd.Create(-Farthest);
            var positive = TSimd.Multiply(x, TSimd.Subtract(TSimd.Create(1f), tail));
            return TSimd.IfGreater(x, TSimd.Create(0f), positive, TSimd.Multiply(TSimd.IfGreater(lowest, x, lowest, x), tail));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Slope<TSimd, TVector>(TVector saved)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            var tail = NormalTail.Of<TSimd, TVector>(saved, out var density);
            var (lowest, highest) = (TSimd.Create(-Farthest), TSimd.Create(Farthest));
            var factor = TSimd.IfGreater(lowest, saved, lowest, TSimd.IfGreater(saved, highest, highest, saved));
            return TSimd.Fma(factor, density, TSimd.IfGreater(saved, TSimd.Create(0f), TSimd.Subtract(TSimd.Create(1f), tail), tail));
        }

        public static double Value(double x)
        {
            var tail = NormalTail.Of(x, out _);
            return x > 0 ? x * (1 - tail) : Math.Max(x, -Farthest) * tail;
        }

        public static double Slope(double saved)
        {
            var tail = NormalTail.Of(saved, out var density);
            return Math.FusedMultiplyAdd(Math.Clamp(saved, -Farthest, Farthest), density, saved > 0 ? 1 - tail : tail);
        }
    }

    /// <summary>
    /// x (1 + tanh u) / 2 with u = √(2/π) (x + 0.044715 x³), computed as x sigmoid(2 u), which keeps tiny results; with s = sigmoid(2 u) the slope is
    /// s + 2 x u' s (1 - s).
    /// </summary>
    internal readonly struct GeluTanh : IUnaryFunction
    {
        // √(8/π), and that times 0.044715 and three times 0.044715.
        private const double Linear = 1.5957691216057308;
        private const double Cubic = 0.07135481627260025;
        private const double SlopeOfCubic = 0.21406444881780073;

        // The sigmoid is 0 or 1 far before this.
        private const float Farthest = 32;

        public static int Cost => 12;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            var near = Near<TSimd, TVector>(x);
            var factor = TSimd.IfGreater(x, TSimd.Create(0f), x, near);
            return TSimd.Multiply(factor, SimdMath.Sigmoid<TSimd, TVector>(Angle<TSimd, TVector>(near)));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Slope<TSimd, TVector>(TVector saved)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            var near = Near<TSimd, TVector>(saved);
            var angle = Angle<TSimd, TVector>(near);
            var sigmoid = SimdMath.Sigmoid<TSimd, TVector>(angle);
            var opposite = SimdMath.Sigmoid<TSimd, TVector>(TSimd.Subtract(TSimd.Create(0f), angle));
            var rise = TSimd.Fma(TSimd.Create((float)SlopeOfCubic), TSimd.Multiply(near, near), TSimd.Create((float)Linear));
            return TSimd.Fma(TSimd.Multiply(TSimd.Multiply(near, rise), sigmoid), opposite, sigmoid);
        }

        public static double Value(double x)
        {
            var near = Math.Clamp(x, -Farthest, Farthest);
            return (x > 0 ? x : near) * DoubleMath.Sigmoid(Angle(near));
        }

        public static double Slope(double saved)
        {
            var near = Math.Clamp(saved, -Farthest, Farthest);
            var (sigmoid, opposite) = (DoubleMath.Sigmoid(Angle(near)), DoubleMath.Sigmoid(-Angle(near)));
            return Math.FusedMultiplyAdd(near * Math.FusedMultiplyAdd(SlopeOfCubic, near * near, Linear) * sigmoid, opposite, sigmoid);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TVector Near<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            var (lowest, highest) = (TSimd.Create(-Farthest), TSimd.Create(Farthest));
            return TSimd.IfGreater(lowest, x, lowest, TSimd.IfGreater(x, highest, highest, x));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TVector Angle<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged =>
            TSimd.Multiply(x, TSimd.Fma(TSimd.Create((float)Cubic), TSimd.Multiply(x, x), TSimd.Create((float)Linear)));

        private static double Angle(double x) => x * Math.FusedMultiplyAdd(Cubic, x * x, Linear);
    }
}
