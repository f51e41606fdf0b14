using PlamoNative.Engine;

namespace PlamoNative.Tests;

/// <summary>Tensors from and to float64 arrays.</summary>
public static unsafe class TensorValues
{
    /// <summary>Normally distributed values that a float32 holds exactly, so that float32 and float64 runs see the same input.</summary>
    public static double[] Normal(int seed, long count, double scale = 1)
    {
        var random = new Random(seed);
        var values = new double[count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(scale * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }

    /// <summary>Multiples of <paramref name="scale"/> / 2^22 in ± 2 · scale, from integers only: the same on every platform when the scale is a power of two.</summary>
    public static double[] Uniform(int seed, long count, double scale = 1)
    {
        var random = new Random(seed);
        var values = new double[count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = random.Next(-(1 << 23), 1 << 23) * (scale / (1 << 22));
        }

        return values;
    }

    /// <summary>A dense tensor of the values.</summary>
    public static Tensor From(Device device, Shape shape, DType dtype, ReadOnlySpan<double> values)
    {
        var tensor = Tensor.Allocate(device, shape, dtype);
        Write(tensor, values);
        return tensor;
    }

    /// <summary>The values as a view whose outermost axis is strided: <paramref name="padding"/> NaNs of the innermost axis lie between neighbours.</summary>
    public static Tensor Strided(Device device, Shape shape, DType dtype, ReadOnlySpan<double> values, int padding)
    {
        var axis = shape.Rank - 1;
        using var whole = Tensor.Allocate(device, shape.With(axis, shape[^1] + padding), dtype);
        new Span<byte>(whole.Pointer, checked((int)dtype.Bytes(whole.ElementCount))).Fill(0xFF);
        var view = whole.Narrow(axis, padding / 2, shape[^1]);
        Write(view, values);
        return view;
    }

    /// <summary>The values of a tensor of either float type, row-major.</summary>
    public static double[] ToDoubles(Tensor tensor)
    {
        var values = new double[tensor.ElementCount];
        var strides = Strides(tensor);
        for (var i = 0L; i < values.Length; i++)
        {
            var at = Offset(tensor.Shape, strides, i);
            values[i] = tensor.DType == DType.Float32 ? ((float*)tensor.Pointer)[at] : ((double*)tensor.Pointer)[at];
        }

        return values;
    }

    private static void Write(Tensor tensor, ReadOnlySpan<double> values)
    {
        if (tensor.ElementCount != values.Length)
        {
            throw new ArgumentException($"{values.Length} values for {tensor}", nameof(values));
        }

        var strides = Strides(tensor);
        for (var i = 0; i < values.Length; i++)
        {
            var at = Offset(tensor.Shape, strides, i);
            if (tensor.DType == DType.Float32)
            {
                ((float*)tensor.Pointer)[at] = (float)values[i];
            }
            else
            {
                ((double*)tensor.Pointer)[at] = values[i];
            }
        }
    }

    private static long[] Strides(Tensor tensor) => tensor.Strides.Span.ToArray();

    private static long Offset(Shape shape, long[] strides, long index)
    {
        var offset = 0L;
        for (var axis = strides.Length - 1; axis >= 0; axis--)
        {
            (index, var coordinate) = Math.DivRem(index, shape[axis]);
            offset += coordinate * strides[axis];
        }

        return offset;
    }
}
