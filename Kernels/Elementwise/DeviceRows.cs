using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>The rows of a float32 tensor on a GPU, as <see cref="RowView"/> sees them on the processor: what a launch passes to a kernel that works by rows.</summary>
internal readonly struct DeviceRows
{
    private readonly long _inner;
    private readonly long _outer;
    private readonly int _innerSize;

    /// <summary>Views a tensor of at most two outer axes that do not merge into one; the caller has checked that rows are dense.</summary>
    public DeviceRows(Tensor tensor)
    {
        var (shape, strides) = (tensor.Shape, tensor.Strides);
        Address = tensor.Address;
        Width = shape[^1];
        (Rows, _innerSize) = (1, 1);
        var (axes, innerSize) = (0, 1L);
        for (var i = shape.Rank - 2; i >= 0; i--)
        {
            var (size, stride) = (shape[i], strides[i]);
            if (axes == 0 && size != 1)
            {
                (innerSize, _inner, axes) = (size, stride, 1);
            }
            else if (axes == 1 && stride == innerSize * _inner)
            {
                innerSize *= size;
            }
            else if (size != 1)
            {
                _outer = stride;
                axes++;
            }

            Rows *= size;
        }

        if (axes > 2)
        {
            Throw.ShapeMismatch(nameof(DeviceRows), nameof(tensor), "at most two strided outer axes", $"{shape} with strides {strides}");
        }

        // One stride for all rows: no row is in a second group.
        _innerSize = axes < 2 ? int.MaxValue : checked((int)innerSize);
    }

    private DeviceRows(nint address, long width)
    {
        (Address, Width, Rows, _innerSize) = (address, width, 1, int.MaxValue);
    }

    private DeviceRows(in DeviceRows other, long elements, long width)
    {
        this = other;
        Address += (nint)(elements * sizeof(float));
        Width = width;
    }

    /// <summary>The first element.</summary>
    public nint Address { get; }

    /// <summary>Number of rows.</summary>
    public long Rows { get; }

    /// <summary>Elements in a row.</summary>
    public long Width { get; }

    /// <summary>Whether every row can be read and written 16 bytes at a time.</summary>
    public bool IsAligned => Address % 16 == 0 && Width % 4 == 0 && (Rows <= 1 || (_inner % 4 == 0 && _outer % 4 == 0));

    /// <summary>Elements from the first to the last.</summary>
    private long Extent => Rows == 0 || Width == 0 ? 0
        : _innerSize == int.MaxValue ? ((Rows - 1) * _inner) + Width
        : (((Rows / _innerSize) - 1) * _outer) + ((_innerSize - 1) * _inner) + Width;

    /// <summary>All elements of a dense tensor as one row.</summary>
    public static DeviceRows Flat(Tensor tensor) => new(tensor.Address, tensor.ElementCount);

    /// <summary>Tensors of one shape: as one row each where all are dense (and no longer than a kernel counts), else by rows.</summary>
    public static bool AreFlat(params ReadOnlySpan<Tensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            if (!tensor.IsContiguous || tensor.ElementCount > int.MaxValue)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The same rows, each begun later and of another width.</summary>
    public DeviceRows Part(long firstElement, long width) => new(this, firstElement, width);

    /// <summary>The strides in vectors of so many elements.</summary>
    public RowStrides Strides(int lanes) => new() { Inner = _inner / lanes, Outer = _outer / lanes, InnerSize = _innerSize };

    /// <summary>Elements of the view, in vectors of so many.</summary>
    public long Length(int lanes) => (Extent + lanes - 1) / lanes;
}
