using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <content>Moving elements without changing them. Reshaping, slicing and permuting are views and record nothing; the others copy.</content>
public sealed partial class Variable
{
    /// <summary>The axes in another order: a view. The gradient is permuted with it.</summary>
    /// <param name="axes">Every axis once, negative ones counted from the innermost.</param>
    public Variable Permute(params ReadOnlySpan<int> axes)
    {
        Span<int> order = stackalloc int[Shape.MaxRank];
        return new(Tape, InScope().Permute(axes.IsEmpty ? axes : Broadcasting.Axes(Shape, axes, order)));
    }

    /// <summary>Two axes exchanged: a view.</summary>
    public Variable Transpose(int first = -2, int second = -1)
    {
        Span<int> order = stackalloc int[Shape.MaxRank];
        var axes = order[..Shape.Rank];
        for (var i = 0; i < axes.Length; i++)
        {
            axes[i] = i;
        }

        (first, second) = (Broadcasting.Axis(Shape, first), Broadcasting.Axis(Shape, second));
        (axes[first], axes[second]) = (second, first);
        return new(Tape, InScope().Permute(axes));
    }

    /// <summary>This variable if it lies dense in memory, else a dense copy: what the fused operators want of a permuted view.</summary>
    public Variable Contiguous() => Value.IsContiguous ? this : CopyTo(Shape);

    /// <summary>A dense copy, repeated along axes of size 1 and along new outermost axes.</summary>
    /// <exception cref="ShapeMismatchException">The shape does not follow from this one by repetition.</exception>
    public Variable BroadcastTo(params ReadOnlySpan<long> sizes) => CopyTo(new Shape(sizes));

    /// <summary>Variables one after another along an axis; the other axes are equal.</summary>
    /// <param name="axis">The axis, counted from the innermost if negative.</param>
    /// <param name="parts">One or more.</param>
    public static Variable Concatenate(int axis, params ReadOnlySpan<Variable> parts)
    {
        if (parts.IsEmpty)
        {
            throw new ArgumentException("nothing to concatenate", nameof(parts));
        }

        var first = parts[0];
        var tape = Owner(first);
        axis = Broadcasting.Axis(first.Shape, axis);
        var (length, needed) = (0L, false);
        foreach (var part in parts)
        {
            var value = ValueOn(part, first);
            if (value.Shape.Rank != first.Shape.Rank || value.Shape.With(axis, 0) != first.Shape.With(axis, 0))
            {
                Throw.ShapeMismatch(nameof(Concatenate), nameof(parts), $"{first.Shape} but for axis {axis}", value.Shape.ToString());
            }

            length += value.Shape[axis];
            needed |= tape.Needs(value);
        }

        var output = tape.Values.Allocate(first.Shape.With(axis, length), first.DType);
        var start = 0L;
        foreach (var part in parts)
        {
            using var slice = output.Narrow(axis, start, part.Shape[axis]);
            Pointwise.Copy(part.Value, slice);
            start += part.Shape[axis];
        }

        if (needed)
        {
            var node = tape.Rent<ConcatenateNode>();
            node.Begin(axis);
            foreach (var part in parts)
            {
                node.Append(part.Value);
            }

            tape.Record(node, output);
        }

        return new(tape, output);
    }

    private Variable CopyTo(in Shape shape)
    {
        var output = Tape.Values.Allocate(shape, DType);
        Pointwise.Copy(Value, output);
        if (Tape.Needs(Value))
        {
            var node = Tape.Rent<CopyNode>();
            node.Fill(Value);
            Tape.Record(node, output);
        }

        return new(Tape, output);
    }
}
