using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>A function of one to three elements in a GPU thread, with up to two constants of the launch.</summary>
internal interface IDevicePointwise
{
    /// <summary>The function.</summary>
    static abstract float Invoke(float x, float y, float z, double first, double second);
}

/// <summary>A function of the processor as it is: the same code, hence the same bits.</summary>
internal readonly struct DevicePointwise<TOperator> : IDevicePointwise
    where TOperator : struct, IPointwiseOperator
{
    /// <inheritdoc/>
    public static float Invoke(float x, float y, float z, double first, double second) => default(TOperator).Invoke<DeviceScalar, float>(x, y, z);
}

/// <summary>Functions whose processor form holds constants, or works on a vector's lanes one after another.</summary>
internal static class DevicePointwise
{
    private const double FarthestAngle = 1 << 30;

    /// <summary>A constant.</summary>
    internal readonly struct Constant : IDevicePointwise
    {
        /// <inheritdoc/>
        public static float Invoke(float x, float y, float z, double first, double second) => DeviceDouble.ToFloat(first);
    }

    /// <summary>x times a constant.</summary>
    internal readonly struct Scale : IDevicePointwise
    {
        /// <inheritdoc/>
        public static float Invoke(float x, float y, float z, double first, double second) => FastMath.Multiply(x, DeviceDouble.ToFloat(first));
    }

    /// <summary>x times a constant plus a constant, rounded once.</summary>
    internal readonly struct Affine : IDevicePointwise
    {
        /// <inheritdoc/>
        public static float Invoke(float x, float y, float z, double first, double second) => FastMath.Fma(x, DeviceDouble.ToFloat(first), DeviceDouble.ToFloat(second));
    }

    /// <summary>y where x is not 0 (or where it is, when the constant is 0), 0 elsewhere.</summary>
    internal readonly struct SelectGradient : IDevicePointwise
    {
        /// <inheritdoc/>
        public static float Invoke(float x, float y, float z, double first, double second) => FastMath.Abs(x) > 0f == (first != 0) ? y : 0f;
    }

    /// <summary>x to the first constant; the second says whether that is whole and at most 64 in magnitude.</summary>
    internal readonly struct Power : IDevicePointwise
    {
        /// <inheritdoc/>
        public static float Invoke(float x, float y, float z, double first, double second) => first == 2 ? FastMath.Multiply(x, x) : DeviceDouble.ToFloat(DeviceDouble.Power(x, first, second != 0));
    }

    /// <summary>x p y^(p - 1), p being the first constant.</summary>
    internal readonly struct PowerGradient : IDevicePointwise
    {
        /// <inheritdoc/>
        public static float Invoke(float x, float y, float z, double first, double second) => first == 2
            ? FastMath.Multiply(x, FastMath.Add(y, y))
            : DeviceDouble.ToFloat(DeviceDouble.Multiply(x, DeviceDouble.Multiply(first, DeviceDouble.Power(y, first - 1, second != 0))));
    }

    /// <summary>sin x.</summary>
    internal readonly struct Sin : IDevicePointwise
    {
        /// <inheritdoc/>
        public static float Invoke(float x, float y, float z, double first, double second) => Sine(x);
    }

    /// <summary>x cos y.</summary>
    internal readonly struct SinGradient : IDevicePointwise
    {
        /// <inheritdoc/>
        public static float Invoke(float x, float y, float z, double first, double second) => FastMath.Multiply(x, Cosine(y));
    }

    /// <summary>cos x.</summary>
    internal readonly struct Cos : IDevicePointwise
    {
        /// <inheritdoc/>
        public static float Invoke(float x, float y, float z, double first, double second) => Cosine(x);
    }

    /// <summary>-x sin y.</summary>
    internal readonly struct CosGradient : IDevicePointwise
    {
        /// <inheritdoc/>
        public static float Invoke(float x, float y, float z, double first, double second) => FastMath.Multiply(x, -Sine(y));
    }

    private static float Sine(float x) => FastMath.Abs(x) <= (float)FarthestAngle ? DeviceDouble.ToFloat(DeviceDouble.SinCos(x, 0, out _)) : float.NaN;

    private static float Cosine(float x)
    {
        DeviceDouble.SinCos(x, 0, out var cosine);
        return FastMath.Abs(x) <= (float)FarthestAngle ? DeviceDouble.ToFloat(cosine) : float.NaN;
    }
}
