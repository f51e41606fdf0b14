namespace PlamoNative.Kernels.Ptx;

/// <summary>Four floats in a GPU thread, which it reads and writes with one 16-byte access: lane by lane what <see cref="DeviceScalar"/> does.</summary>
internal readonly unsafe struct DeviceFour : IDeviceSimd<Float4>
{
    /// <inheritdoc/>
    public static int Count => 4;

    /// <inheritdoc/>
    public static Float4 Create(float value) => new(value, value, value, value);

    /// <inheritdoc/>
    public static Float4 Load(float* source) => new(source[0], source[1], source[2], source[3]);

    /// <inheritdoc/>
    public static void Store(Float4 value, float* destination) => (destination[0], destination[1], destination[2], destination[3]) = (value.X, value.Y, value.Z, value.W);

    /// <inheritdoc/>
    public static Float4 Add(Float4 left, Float4 right) =>
        new(FastMath.Add(left.X, right.X), FastMath.Add(left.Y, right.Y), FastMath.Add(left.Z, right.Z), FastMath.Add(left.W, right.W));

    /// <inheritdoc/>
    public static Float4 Subtract(Float4 left, Float4 right) =>
        new(FastMath.Subtract(left.X, right.X), FastMath.Subtract(left.Y, right.Y), FastMath.Subtract(left.Z, right.Z), FastMath.Subtract(left.W, right.W));

    /// <inheritdoc/>
    public static Float4 Multiply(Float4 left, Float4 right) =>
        new(FastMath.Multiply(left.X, right.X), FastMath.Multiply(left.Y, right.Y), FastMath.Multiply(left.Z, right.Z), FastMath.Multiply(left.W, right.W));

    /// <inheritdoc/>
    public static Float4 Divide(Float4 left, Float4 right) =>
        new(FastMath.Divide(left.X, right.X), FastMath.Divide(left.Y, right.Y), FastMath.Divide(left.Z, right.Z), FastMath.Divide(left.W, right.W));

    /// <inheritdoc/>
    public static Float4 Fma(Float4 left, Float4 right, Float4 addend) => new(
        FastMath.Fma(left.X, right.X, addend.X), FastMath.Fma(left.Y, right.Y, addend.Y), FastMath.Fma(left.Z, right.Z, addend.Z), FastMath.Fma(left.W, right.W, addend.W));

    /// <inheritdoc/>
    public static Float4 Sqrt(Float4 value) => new(FastMath.Sqrt(value.X), FastMath.Sqrt(value.Y), FastMath.Sqrt(value.Z), FastMath.Sqrt(value.W));

    /// <inheritdoc/>
    public static Float4 Abs(Float4 value) => new(FastMath.Abs(value.X), FastMath.Abs(value.Y), FastMath.Abs(value.Z), FastMath.Abs(value.W));

    /// <inheritdoc/>
    public static Float4 IfGreater(Float4 left, Float4 right, Float4 yes, Float4 no) => new(
        FastMath.IfGreater(left.X, right.X, yes.X, no.X), FastMath.IfGreater(left.Y, right.Y, yes.Y, no.Y), FastMath.IfGreater(left.Z, right.Z, yes.Z, no.Z),
        FastMath.IfGreater(left.W, right.W, yes.W, no.W));

    /// <inheritdoc/>
    public static Float4 IfNaN(Float4 value, Float4 otherwise) => new(
        FastMath.IfNaN(value.X, otherwise.X), FastMath.IfNaN(value.Y, otherwise.Y), FastMath.IfNaN(value.Z, otherwise.Z), FastMath.IfNaN(value.W, otherwise.W));

    /// <inheritdoc/>
    public static Float4 Scale(Float4 value, Float4 shifted) => new(
        DeviceScalar.Scale(value.X, shifted.X), DeviceScalar.Scale(value.Y, shifted.Y), DeviceScalar.Scale(value.Z, shifted.Z), DeviceScalar.Scale(value.W, shifted.W));

    /// <inheritdoc/>
    public static Float4 Split(Float4 value, out Float4 exponent)
    {
        var x = DeviceScalar.Split(value.X, out var ex);
        var y = DeviceScalar.Split(value.Y, out var ey);
        var z = DeviceScalar.Split(value.Z, out var ez);
        var w = DeviceScalar.Split(value.W, out var ew);
        exponent = new Float4(ex, ey, ez, ew);
        return new Float4(x, y, z, w);
    }

    /// <inheritdoc/>
    public static float Sum(Float4 value) => FastMath.Add(FastMath.Add(value.X, value.Z), FastMath.Add(value.Y, value.W));

    /// <inheritdoc/>
    public static float Max(Float4 value) => FastMath.Max(FastMath.Max(value.X, value.Z), FastMath.Max(value.Y, value.W));
}
