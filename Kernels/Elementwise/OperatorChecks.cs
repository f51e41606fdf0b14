using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>What every operator asks of its arguments, with one wording.</summary>
internal static class OperatorChecks
{
    /// <summary>The threads of the device that a tensor lives on.</summary>
    /// <exception cref="ArgumentException">The tensor is not on the processor.</exception>
    public static WorkerPool Workers(string operation, Tensor tensor) => tensor.Device is CpuDevice device
        ? device.Workers
        : throw new ArgumentException($"{operation} runs on the processor, not on {tensor.Device.Name}", nameof(tensor));

    /// <summary>Activations: float32 or float64 with a dense innermost axis.</summary>
    public static void Activation(string operation, string name, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor, name);
        if (tensor.DType is not (DType.Float32 or DType.Float64))
        {
            Throw.DTypeMismatch(operation, name, "f32 or f64", tensor.DType.Name());
        }

        if (tensor.Shape.Rank == 0 || (tensor.Strides[^1] != 1 && tensor.Shape[^1] > 1))
        {
            Throw.ShapeMismatch(operation, name, "a dense innermost axis", $"{tensor.Shape} with strides {tensor.Strides}");
        }
    }

    /// <summary>Activations of a given shape and type.</summary>
    public static void Activation(string operation, string name, Tensor tensor, Shape shape, DType dtype)
    {
        Activation(operation, name, tensor);
        Shape(operation, name, tensor, shape);
        SameDType(operation, name, tensor, dtype);
    }

    /// <summary>A dense tensor of a given shape and type: an output, a weight, a state.</summary>
    public static void Dense(string operation, string name, Tensor tensor, Shape shape, DType dtype)
    {
        Activation(operation, name, tensor, shape, dtype);
        if (!tensor.IsContiguous)
        {
            Throw.ShapeMismatch(operation, name, $"dense {shape}", $"{shape} with strides {tensor.Strides}");
        }
    }

    /// <summary>A number of axes.</summary>
    public static void Rank(string operation, string name, Tensor tensor, int rank)
    {
        if (tensor.Shape.Rank != rank)
        {
            Throw.ShapeMismatch(operation, name, $"{rank} axes", tensor.Shape.ToString());
        }
    }

    /// <summary>Indices of rows.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is negative or not below the count.</exception>
    public static void Rows(string name, ReadOnlySpan<int> rows, long count)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            if ((uint)rows[i] >= (ulong)count)
            {
                throw new ArgumentOutOfRangeException(name, rows[i], $"entry {i} is {rows[i]}, outside of the {count} rows");
            }
        }
    }

    private static void Shape(string operation, string name, Tensor tensor, Shape shape)
    {
        if (tensor.Shape != shape)
        {
            Throw.ShapeMismatch(operation, name, shape.ToString(), tensor.Shape.ToString());
        }
    }

    private static void SameDType(string operation, string name, Tensor tensor, DType dtype)
    {
        if (tensor.DType != dtype)
        {
            Throw.DTypeMismatch(operation, name, dtype.Name(), tensor.DType.Name());
        }
    }
}
