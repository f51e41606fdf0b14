using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The exponential moving average of weights: <c>average += (1 - decay) · (value - average)</c>.</summary>
public static class MovingAverage
{
    /// <summary>One step. Where value equals average nothing moves, exactly.</summary>
    /// <param name="average">Any shape, float32 or float64, rows dense; changed. The first average is a copy of the value.</param>
    /// <param name="value">Of the average's shape and type.</param>
    /// <param name="decay">In [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">The decay is not in [0, 1].</exception>
    public static void Step(Tensor average, Tensor value, double decay)
    {
        if (!(decay is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(decay), decay, "the decay of a moving average is in [0, 1]");
        }

        InPlaceKernel<Operator>.Run(nameof(MovingAverage), average, value, 1 - decay);
    }

    private readonly struct Operator : IInPlaceOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Invoke<TSimd, TVector>(TVector target, TVector source, TVector factor)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Fma(factor, TSimd.Subtract(source, target), target);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static double Invoke(double target, double source, double factor) => Math.FusedMultiplyAdd(factor, source - target, target);
    }
}
