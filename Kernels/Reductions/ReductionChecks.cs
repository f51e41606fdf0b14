using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>What reductions ask of axes and outputs.</summary>
internal static class ReductionChecks
{
    /// <summary>A bit for each axis.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    /// <exception cref="ArgumentException">An axis is there twice.</exception>
    public static int Mask(Tensor x, ReadOnlySpan<int> axes)
    {
        ArgumentNullException.ThrowIfNull(x);
        var mask = 0;
        foreach (var axis in axes)
        {
            Axis(x, axis);
            if ((mask & (1 << axis)) != 0)
            {
                throw new ArgumentException($"axis {axis} is there twice", nameof(axes));
            }

            mask |= 1 << axis;
        }

        return mask;
    }

    /// <summary>An axis of a tensor.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public static void Axis(Tensor x, int axis)
    {
        if ((uint)axis >= (uint)x.Shape.Rank)
        {
            throw new ArgumentOutOfRangeException(nameof(axis), axis, $"{x.Shape} has axes 0 to {x.Shape.Rank - 1}, not {axis}");
        }
    }

    /// <summary>The input's shape without the reduced axes, or with 1 in their place.</summary>
    public static void Output(string operation, in Shape shape, int mask, Tensor output)
    {
        var kept = Reduced(shape, mask, keepAxes: true);
        if (output.Shape != kept && output.Shape != Reduced(shape, mask, keepAxes: false))
        {
            Throw.ShapeMismatch(operation, nameof(output), $"{Reduced(shape, mask, keepAxes: false)} or {kept}", output.Shape.ToString());
        }
    }

    /// <summary>The shape after a reduction.</summary>
    public static Shape Reduced(in Shape shape, int mask, bool keepAxes)
    {
        Span<long> sizes = stackalloc long[Shape.MaxRank];
        var count = 0;
        for (var axis = 0; axis < shape.Rank; axis++)
        {
            var isReduced = (mask & (1 << axis)) != 0;
            if (!isReduced || keepAxes)
            {
                sizes[count++] = isReduced ? 1 : shape[axis];
            }
        }

        return new Shape(sizes[..count]);
    }
}
