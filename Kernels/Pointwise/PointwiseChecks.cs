using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>What the general operators ask of their arguments.</summary>
internal static class PointwiseChecks
{
    /// <summary>A float32 or float64 tensor whose elements have an address each.</summary>
    public static void Output(string operation, Tensor output)
    {
        Floats(operation, nameof(output), output);
        for (var i = 0; i < output.Shape.Rank; i++)
        {
            if (output.Strides[i] == 0 && output.Shape[i] > 1)
            {
                Throw.ShapeMismatch(operation, nameof(output), "an output without repeated elements", $"{output.Shape} with strides {output.Strides}");
            }
        }
    }

    /// <summary>A tensor of the output's type that is broadcast to its shape.</summary>
    public static void Input(string operation, string name, Tensor tensor, Tensor output)
    {
        ArgumentNullException.ThrowIfNull(tensor, name);
        SameDType(operation, name, tensor, output);
        if (!IsBroadcastTo(tensor.Shape, output.Shape))
        {
            Throw.ShapeMismatch(operation, name, $"a shape that is broadcast to {output.Shape}", tensor.Shape.ToString());
        }
    }

    /// <summary>Two tensors of one type.</summary>
    public static void SameDType(string operation, string name, Tensor tensor, Tensor other)
    {
        ArgumentNullException.ThrowIfNull(tensor, name);
        if (tensor.DType != other.DType)
        {
            Throw.DTypeMismatch(operation, name, other.DType.Name(), tensor.DType.Name());
        }
    }

    /// <summary>float32 or float64.</summary>
    public static void Floats(string operation, string name, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor, name);
        if (tensor.DType is not (DType.Float32 or DType.Float64))
        {
            Throw.DTypeMismatch(operation, name, "f32 or f64", tensor.DType.Name());
        }
    }

    /// <summary>A shape that follows from another by repeating axes of size 1 and adding outermost ones.</summary>
    public static bool IsBroadcastTo(in Shape shape, in Shape target)
    {
        var added = target.Rank - shape.Rank;
        for (var i = 0; i < shape.Rank && added >= 0; i++)
        {
            if (shape[i] != 1 && shape[i] != target[i + added])
            {
                return false;
            }
        }

        return added >= 0;
    }
}
