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

        MovingAverageKernel.Run(nameof(MovingAverage), average, value, 1 - decay);
    }
}
