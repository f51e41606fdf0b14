using PlamoNative.Engine;

namespace PlamoNative.Tests;

/// <summary>The same elements under several strides, for operators that promise to take any.</summary>
public static class TensorViews
{
    /// <summary>Ways to lie in memory: dense, with padded rows, axes stored innermost first.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["dense", "padded", "reversed"];

    /// <summary>A tensor of the values that lies as asked.</summary>
    public static Tensor Of(Device device, Shape shape, DType dtype, ReadOnlySpan<double> values, string kind)
    {
        if (kind == "dense" || shape.Rank == 0)
        {
            return TensorValues.From(device, shape, dtype, values);
        }

        if (kind == "padded")
        {
            return TensorValues.Strided(device, shape, dtype, values, 3);
        }

        var view = Reversed(device, shape, dtype);
        using var dense = TensorValues.From(device, shape, dtype, values);
        Copy(dense, view);
        return view;
    }

    /// <summary>A tensor whose axes are stored innermost first; its content is undefined.</summary>
    public static Tensor Reversed(Device device, Shape shape, DType dtype)
    {
        var axes = new int[shape.Rank];
        var sizes = new long[shape.Rank];
        for (var i = 0; i < shape.Rank; i++)
        {
            (axes[i], sizes[i]) = (shape.Rank - 1 - i, shape[shape.Rank - 1 - i]);
        }

        using var stored = Tensor.Allocate(device, new Shape(sizes), dtype);
        return stored.Permute(axes);
    }

    private static unsafe void Copy(Tensor dense, Tensor view)
    {
        var bytes = dense.DType.BlockBytes();
        for (var i = 0L; i < dense.ElementCount; i++)
        {
            var (rest, offset) = (i, 0L);
            for (var axis = dense.Shape.Rank - 1; axis >= 0; axis--)
            {
                (rest, var coordinate) = Math.DivRem(rest, dense.Shape[axis]);
                offset += coordinate * view.Strides[axis];
            }

            Buffer.MemoryCopy(dense.Pointer + (i * bytes), view.Pointer + (offset * bytes), bytes, bytes);
        }
    }
}
