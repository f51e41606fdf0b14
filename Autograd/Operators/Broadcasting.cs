using PlamoNative.Engine;

namespace PlamoNative.Autograd;

/// <summary>Shapes and axes as the operators read them.</summary>
internal static class Broadcasting
{
    /// <summary>The shape that both tensors are broadcast to.</summary>
    /// <exception cref="ShapeMismatchException">There is none.</exception>
    internal static Shape Shape(Tensor left, Tensor right) => Shape(left.Shape, right);

    /// <summary>The shape that a shape and a tensor are broadcast to.</summary>
    /// <exception cref="ShapeMismatchException">There is none.</exception>
    internal static Shape Shape(in Shape left, Tensor right)
    {
        Span<long> sizes = stackalloc long[Engine.Shape.MaxRank];
        var other = right.Shape;
        var rank = Math.Max(left.Rank, other.Rank);
        for (var i = 1; i <= rank; i++)
        {
            var (a, b) = (i <= left.Rank ? left[^i] : 1, i <= other.Rank ? other[^i] : 1);
            if (a != b && a != 1 && b != 1)
            {
                Throw.ShapeMismatch("Broadcasting", "right", $"a shape that is broadcast with {left}", other.ToString());
            }

            sizes[rank - i] = a == 1 ? b : a;
        }

        return new Shape(sizes[..rank]);
    }

    /// <summary>An axis counted from the outermost, or, if negative, from the innermost: -1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    internal static int Axis(in Shape shape, int axis) => axis >= -shape.Rank && axis < shape.Rank
        ? axis < 0 ? axis + shape.Rank : axis
        : throw new ArgumentOutOfRangeException(nameof(axis), axis, $"{shape} has axes {-shape.Rank} to {shape.Rank - 1}, not {axis}");

    /// <summary>As <see cref="Axis"/>, for several; none means all.</summary>
    internal static ReadOnlySpan<int> Axes(Shape shape, ReadOnlySpan<int> axes, Span<int> buffer)
    {
        if (axes.IsEmpty)
        {
            for (var i = 0; i < shape.Rank; i++)
            {
                buffer[i] = i;
            }

            return buffer[..shape.Rank];
        }

        if (axes.Length > shape.Rank)
        {
            throw new ArgumentException($"{shape} has {shape.Rank} axes, not {axes.Length}", nameof(axes));
        }

        for (var i = 0; i < axes.Length; i++)
        {
            buffer[i] = Axis(shape, axes[i]);
        }

        return buffer[..axes.Length];
    }

    /// <summary>The shape after a reduction.</summary>
    internal static Shape Reduced(in Shape shape, ReadOnlySpan<int> axes, bool keepAxes)
    {
        Span<long> sizes = stackalloc long[Engine.Shape.MaxRank];
        var count = 0;
        for (var i = 0; i < shape.Rank; i++)
        {
            var isReduced = axes.Contains(i);
            if (!isReduced || keepAxes)
            {
                sizes[count++] = isReduced ? 1 : shape[i];
            }
        }

        return new Shape(sizes[..count]);
    }
}
