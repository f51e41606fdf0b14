namespace PlamoNative.Kernels.Ptx;

/// <summary>
/// One float in a GPU thread, as a width of the CPU's SIMD functions: <c>SimdMath.Exp&lt;DeviceScalar, float&gt;(x)</c> in a kernel is the CPU's exp with the CPU's bits, since every
/// operation is correctly rounded and none can be fused with another. So are Log, Softplus, Sigmoid, Silu, Tanh and every function of Kernels/Pointwise.
/// </summary>
internal readonly unsafe struct DeviceScalar : IDeviceSimd<float>
{
    /// <inheritdoc/>
    public static int Count => 1;

    /// <inheritdoc/>
    public static float Create(float value) => value;

    /// <inheritdoc/>
    public static float Load(float* source) => *source;

    /// <inheritdoc/>
    public static void Store(float value, float* destination) => *destination = value;

    /// <inheritdoc/>
    public static float Add(float left, float right) => FastMath.Add(left, right);

    /// <inheritdoc/>
    public static float Subtract(float left, float right) => FastMath.Subtract(left, right);

    /// <inheritdoc/>
    public static float Multiply(float left, float right) => FastMath.Multiply(left, right);

    /// <inheritdoc/>
    public static float Divide(float left, float right) => FastMath.Divide(left, right);

    /// <inheritdoc/>
    public static float Fma(float left, float right, float addend) => FastMath.Fma(left, right, addend);

    /// <inheritdoc/>
    public static float Sqrt(float value) => FastMath.Sqrt(value);

    /// <inheritdoc/>
    public static float Abs(float value) => FastMath.Abs(value);

    /// <inheritdoc/>
    public static float IfGreater(float left, float right, float yes, float no) => FastMath.IfGreater(left, right, yes, no);

    /// <inheritdoc/>
    public static float IfNaN(float value, float otherwise) => FastMath.IfNaN(value, otherwise);

    /// <inheritdoc/>
    public static float Scale(float value, float shifted)
    {
        var n = FastMath.Bits(shifted) - SimdMath.RoundingShiftBits;
        var half = n >> 1;
        var first = FastMath.FromBits((half + SimdMath.ExponentBias) << SimdMath.FractionBits);
        var second = FastMath.FromBits((n - half + SimdMath.ExponentBias) << SimdMath.FractionBits);
        return FastMath.Multiply(FastMath.Multiply(value, first), second);
    }

    /// <inheritdoc/>
    public static float Split(float value, out float exponent)
    {
        var bits = FastMath.Bits(value);
        var n = (bits - SimdMath.SqrtHalfBits) >> SimdMath.FractionBits;
        exponent = n;
        return FastMath.FromBits(bits - (n << SimdMath.FractionBits));
    }

    /// <inheritdoc/>
    public static float Sum(float value) => value;

    /// <inheritdoc/>
    public static float Max(float value) => value;
}
