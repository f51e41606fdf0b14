using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>A reduction in a GPU thread, in float32: each thread folds its elements in rising order, then threads and chunks fold in a fixed order.</summary>
internal interface IDeviceReduction
{
    /// <summary>The result of folding nothing.</summary>
    static abstract float Start { get; }

    /// <summary>The element to fold; y is what a second tensor holds, or the shift.</summary>
    static abstract float Map(float x, float y);

    /// <summary>Two partial results into one, the earlier first.</summary>
    static abstract float Fold(float left, float right);

    /// <summary>The result from the folded total; <paramref name="held"/> is what the output held before.</summary>
    static abstract float Finish(float total, float held, float divisor);
}

/// <summary>The reductions of <see cref="Reductions"/>.</summary>
internal static class DeviceReductions
{
    /// <summary>Σ x / divisor.</summary>
    internal readonly struct Sum : IDeviceReduction
    {
        /// <inheritdoc/>
        public static float Start => 0f;

        /// <inheritdoc/>
        public static float Map(float x, float y) => x;

        /// <inheritdoc/>
        public static float Fold(float left, float right) => FastMath.Add(left, right);

        /// <inheritdoc/>
        public static float Finish(float total, float held, float divisor) => FastMath.Divide(total, divisor);
    }

    /// <summary>Σ x y.</summary>
    internal readonly struct Dot : IDeviceReduction
    {
        /// <inheritdoc/>
        public static float Start => 0f;

        /// <inheritdoc/>
        public static float Map(float x, float y) => FastMath.Multiply(x, y);

        /// <inheritdoc/>
        public static float Fold(float left, float right) => FastMath.Add(left, right);

        /// <inheritdoc/>
        public static float Finish(float total, float held, float divisor) => total;
    }

    /// <summary>The largest x, NaN if one is.</summary>
    internal readonly struct Max : IDeviceReduction
    {
        /// <inheritdoc/>
        public static float Start => float.NegativeInfinity;

        /// <inheritdoc/>
        public static float Map(float x, float y) => x;

        /// <inheritdoc/>
        public static float Fold(float left, float right) => Reductions.Max.Fold<DeviceScalar, float>(left, right);

        /// <inheritdoc/>
        public static float Finish(float total, float held, float divisor) => total;
    }

    /// <summary>Σ e^(x - y), y being a finite maximum; one that is not finite counts as 0.</summary>
    internal readonly struct Exponentials : IDeviceReduction
    {
        /// <inheritdoc/>
        public static float Start => 0f;

        /// <inheritdoc/>
        public static float Map(float x, float y) => Reductions.Exponentials.Map<DeviceScalar, float>(x, y);

        /// <inheritdoc/>
        public static float Fold(float left, float right) => FastMath.Add(left, right);

        /// <inheritdoc/>
        public static float Finish(float total, float held, float divisor) => total;
    }

    /// <summary>y + ln Σ e^(x - y), y being what the output holds: the maximum.</summary>
    internal readonly struct LogSumExp : IDeviceReduction
    {
        /// <inheritdoc/>
        public static float Start => 0f;

        /// <inheritdoc/>
        public static float Map(float x, float y) => Reductions.Exponentials.Map<DeviceScalar, float>(x, y);

        /// <inheritdoc/>
        public static float Fold(float left, float right) => FastMath.Add(left, right);

        /// <inheritdoc/>
        public static float Finish(float total, float held, float divisor) =>
            FastMath.Add(FastMath.IfGreater(FastMath.Abs(held), float.MaxValue, 0f, held), SimdMath.Log<DeviceScalar, float>(total));
    }
}
