using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// Elements chosen by int32 indices along one axis of float32 or float64 tensors of any rank and strides. Indices are broadcast to the chosen elements' shape: of
/// shape [n, 1, 1] they choose slices along axis 0 of three, of the full shape they choose element by element.
/// </summary>
public static class Indexing
{
    /// <summary>output[.., j, ..] = input[.., indices[.., j, ..], ..].</summary>
    /// <param name="input">Any shape.</param>
    /// <param name="axis">The axis along which indices choose.</param>
    /// <param name="indices">int32, broadcast to the output's shape.</param>
    /// <param name="output">The input's shape but for the axis.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is negative or not below the axis' size, or there is no such axis.</exception>
    /// <exception cref="ShapeMismatchException">The shapes do not fit.</exception>
    /// <exception cref="DTypeMismatchException">The types do not fit.</exception>
    public static void Gather(Tensor input, int axis, Tensor indices, Tensor output)
    {
        PointwiseChecks.Output(nameof(Gather), output);
        Check(nameof(Gather), input, axis, indices, output);
        IndexingKernel<IndexingDirection.Gathering>.Run(input, axis, indices, output);
    }

    /// <summary>output[.., indices[.., j, ..], ..] += input[.., j, ..]; elements that meet are added in the order of j.</summary>
    /// <param name="input">The output's shape but for the axis.</param>
    /// <param name="axis">The axis along which indices choose.</param>
    /// <param name="indices">int32, broadcast to the input's shape.</param>
    /// <param name="output">Any shape; it is added to.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is negative or not below the axis' size, or there is no such axis.</exception>
    /// <exception cref="ShapeMismatchException">The shapes do not fit.</exception>
    /// <exception cref="DTypeMismatchException">The types do not fit.</exception>
    public static void ScatterAdd(Tensor input, int axis, Tensor indices, Tensor output)
    {
        PointwiseChecks.Output(nameof(ScatterAdd), output);
        Check(nameof(ScatterAdd), output, axis, indices, input);
        IndexingKernel<IndexingDirection.Scattering>.Run(output, axis, indices, input);
    }

    private static unsafe void Check(string operation, Tensor table, int axis, Tensor indices, Tensor chosen)
    {
        PointwiseChecks.Floats(operation, nameof(table), table);
        PointwiseChecks.SameDType(operation, nameof(chosen), chosen, table);
        ReductionChecks.Axis(table, axis);
        if (chosen.Shape.Rank != table.Shape.Rank || chosen.Shape.With(axis, 1) != table.Shape.With(axis, 1))
        {
            Throw.ShapeMismatch(operation, nameof(chosen), $"{table.Shape} but for axis {axis}", chosen.Shape.ToString());
        }

        ArgumentNullException.ThrowIfNull(indices);
        if (indices.DType != DType.Int32)
        {
            Throw.DTypeMismatch(operation, nameof(indices), DType.Int32.Name(), indices.DType.Name());
        }

        if (!PointwiseChecks.IsBroadcastTo(indices.Shape, chosen.Shape))
        {
            Throw.ShapeMismatch(operation, nameof(indices), $"a shape that is broadcast to {chosen.Shape}", indices.Shape.ToString());
        }

        if (chosen.ElementCount == 0)
        {
            return;
        }

        if (indices.Device.IsHostMemory)
        {
            Check(new StridedElements(indices), indices.ElementCount, table.Shape[axis], axis, nameof(indices));
            return;
        }

        var fetched = IndexingLaunch.Fetch(indices);
        fixed (int* values = fetched)
        {
            Check(new StridedElements((byte*)values, indices.Shape.Span, indices.Strides.Span), indices.ElementCount, table.Shape[axis], axis, nameof(indices));
        }

        System.Buffers.ArrayPool<int>.Shared.Return(fetched);
    }

    private static unsafe void Check(StridedElements places, long count, long size, int axis, string name)
    {
        for (var i = 0L; i < count; i++)
        {
            var index = *places.At<int>(i);
            if ((uint)index >= (ulong)size)
            {
                throw new ArgumentOutOfRangeException(name, index, $"entry {i} is {index}, outside of the {size} places along axis {axis}");
            }
        }
    }
}
