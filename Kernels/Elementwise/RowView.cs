using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The rows of a tensor, numbered over its outer axes, row-major; a row is the innermost axis. Outer axes may be strided.</summary>
internal readonly unsafe struct RowView
{
    private readonly byte* _pointer;
    private readonly long _outerStride;
    private readonly long _innerStride;
    private readonly long _innerSize;

    /// <summary>Views a tensor of at most two outer axes that do not merge into one; the caller has checked that rows are dense.</summary>
    public RowView(Tensor tensor)
    {
        var (shape, strides) = (tensor.Shape, tensor.Strides);
        var bytes = tensor.DType.BlockBytes();
        _pointer = tensor.Pointer;
        _innerSize = 1;
        Width = checked((int)shape[^1]);
        Rows = 1;
        var axes = 0;
        for (var i = shape.Rank - 2; i >= 0; i--)
        {
            var (size, stride) = (shape[i], strides[i] * bytes);
            if (axes == 0 && size != 1)
            {
                (_innerSize, _innerStride, axes) = (size, stride, 1);
            }
            else if (axes == 1 && stride == _innerSize * _innerStride)
            {
                _innerSize *= size;
            }
            else if (size != 1)
            {
                _outerStride = stride;
                axes++;
            }

            Rows *= size;
        }

        if (axes > 2)
        {
            Throw.ShapeMismatch(nameof(RowView), nameof(tensor), "at most two strided outer axes", $"{shape} with strides {strides}");
        }

        // One stride for all rows: a row costs a multiplication instead of a division.
        if (axes < 2)
        {
            _innerSize = long.MaxValue;
        }
    }

    private RowView(byte* pointer, int width)
    {
        _pointer = pointer;
        _innerSize = long.MaxValue;
        Width = width;
        Rows = 1;
    }

    private RowView(in RowView other, long bytes)
    {
        this = other;
        _pointer += bytes;
    }

    /// <summary>Number of rows.</summary>
    public long Rows { get; }

    /// <summary>Elements in a row.</summary>
    public int Width { get; }

    /// <summary>All elements of a dense tensor as one row.</summary>
    public static RowView Flat(Tensor tensor) => new(tensor.Pointer, checked((int)tensor.ElementCount));

    /// <summary>The same rows, each begun later.</summary>
    public RowView Skip(long bytes) => new(this, bytes);

    /// <summary>The first byte of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Row(long row)
    {
        if (row < _innerSize)
        {
            return _pointer + (row * _innerStride);
        }

        var (outer, inner) = Math.DivRem(row, _innerSize);
        return _pointer + (outer * _outerStride) + (inner * _innerStride);
    }
}
