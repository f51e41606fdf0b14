using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <content>Choosing by indices.</content>
public sealed partial class Variable
{
    /// <summary>Slices chosen along an axis: output[.., j, ..] = this[.., indices[j], ..]. A slice that is chosen twice gets both gradients, added in the order of j.</summary>
    /// <param name="axis">The axis, counted from the innermost if negative.</param>
    /// <param name="indices">Any number, in any order.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is negative or not below the axis' size.</exception>
    public Variable Gather(int axis, ReadOnlySpan<int> indices)
    {
        axis = Broadcasting.Axis(Shape, axis);
        return Gather(axis, IndicesAlong(axis, indices), Shape.With(axis, indices.Length));
    }

    /// <summary>Elements chosen one by one along an axis: output[.., j, ..] = this[.., indices[.., j, ..], ..], the log-probability of each target for instance.</summary>
    /// <param name="axis">The axis, counted from the innermost if negative.</param>
    /// <param name="indices">int32, as many axes as this; its size along the axis is the output's, the other sizes are 1 or this variable's. It is read again by the backward pass.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is negative or not below the axis' size.</exception>
    public Variable Gather(int axis, Tensor indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        axis = Broadcasting.Axis(Shape, axis);
        RequireAxes(nameof(Gather), indices);
        return Gather(axis, indices, Shape.With(axis, indices.Shape[axis]));
    }

    /// <summary>Zeros of <paramref name="size"/> places along an axis, to which slices are added: output[.., indices[j], ..] += this[.., j, ..], in the order of j.</summary>
    /// <param name="axis">The axis, counted from the innermost if negative.</param>
    /// <param name="indices">One for each slice.</param>
    /// <param name="size">The output's size along the axis.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is negative or not below the size.</exception>
    public Variable ScatterAdd(int axis, ReadOnlySpan<int> indices, long size)
    {
        axis = Broadcasting.Axis(Shape, axis);
        if (indices.Length != Shape[axis])
        {
            Throw.ShapeMismatch(nameof(ScatterAdd), nameof(indices), $"{Shape[axis]} indices, one a slice of {Shape} along axis {axis}", $"{indices.Length}");
        }

        return ScatterAdd(axis, IndicesAlong(axis, indices), size);
    }

    /// <summary>As <see cref="ScatterAdd(int, ReadOnlySpan{int}, long)"/>, element by element: output[.., indices[.., j, ..], ..] += this[.., j, ..].</summary>
    /// <param name="axis">The axis, counted from the innermost if negative.</param>
    /// <param name="indices">int32, broadcast to this variable's shape. It is read again by the backward pass.</param>
    /// <param name="size">The output's size along the axis.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is negative or not below the size.</exception>
    public Variable ScatterAdd(int axis, Tensor indices, long size)
    {
        ArgumentNullException.ThrowIfNull(indices);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        axis = Broadcasting.Axis(Shape, axis);
        var output = Tape.Values.Allocate(Shape.With(axis, size), DType);
        Pointwise.Fill(output, 0);
        Indexing.ScatterAdd(Value, axis, indices, output);
        return Record(axis, indices, output, scatters: true);
    }

    private Variable Gather(int axis, Tensor indices, in Shape shape)
    {
        var output = Tape.Values.Allocate(shape, DType);
        Indexing.Gather(Value, axis, indices, output);
        return Record(axis, indices, output, scatters: false);
    }

    private Variable Record(int axis, Tensor indices, Tensor output, bool scatters)
    {
        if (Tape.Needs(Value))
        {
            var node = Tape.Rent<IndexingNode>();
            node.Fill(Value, axis, indices, scatters);
            Tape.Record(node, output);
        }

        return new(Tape, output);
    }

    private void RequireAxes(string operation, Tensor indices)
    {
        if (indices.Shape.Rank != Shape.Rank)
        {
            Throw.ShapeMismatch(operation, nameof(indices), $"{Shape.Rank} axes, as {Shape} has", indices.Shape.ToString());
        }
    }

    /// <summary>Indices as a tensor of the tape that is broadcast over all axes but one.</summary>
    private Tensor IndicesAlong(int axis, ReadOnlySpan<int> indices)
    {
        Span<long> sizes = stackalloc long[Shape.MaxRank];
        sizes[..Shape.Rank].Fill(1);
        sizes[axis] = indices.Length;
        var tensor = Tape.Values.Allocate(new Shape(sizes[..Shape.Rank]), DType.Int32);
        tensor.CopyFrom(indices);
        return tensor;
    }
}
