using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// How a reduction walks a shape: as [outer, reduced, columns]. Where the innermost kept axes make at least 16 columns, rows of columns are added up, otherwise
/// every result folds a row of its own. The shape and the axes alone decide, never strides, so equal values give equal bits.
/// </summary>
internal unsafe struct ReductionLayout
{
    private const int FewestColumns = 16;

    // Elements of a row, or rows of columns, whose fold is one partial result: what a thread does at a time. Contracts, as changing them changes bits.
    private const int RowChunk = 16384;
    private const int ColumnChunk = 1024;

    private fixed int _order[Shape.MaxRank];
    private Shape _shape;
    private int _mask;

    /// <summary>Results that lie outside of the reduced axes.</summary>
    public long Outer { get; private set; }

    /// <summary>Elements that meet in a result.</summary>
    public long Reduced { get; private set; }

    /// <summary>Results that lie inside of the reduced axes; 1 when rows are folded.</summary>
    public long Columns { get; private set; }

    /// <summary>Elements of a chunk along the reduced axes.</summary>
    public readonly int ChunkSize => Columns == 1 ? RowChunk : ColumnChunk;

    /// <summary>Chunks, at least one.</summary>
    public readonly int Chunks => checked((int)Math.Max(1, (Reduced + ChunkSize - 1) / ChunkSize));

    /// <summary>Plans a reduction over the axes whose bits are set.</summary>
    public static ReductionLayout Of(in Shape shape, int axes)
    {
        var layout = new ReductionLayout { _shape = shape, _mask = axes, Outer = 1, Reduced = 1, Columns = 1 };
        var firstColumn = shape.Rank;
        var columns = 1L;
        while (firstColumn > 0 && (axes & (1 << (firstColumn - 1))) == 0)
        {
            columns *= shape[--firstColumn];
        }

        if (columns < FewestColumns)
        {
            firstColumn = shape.Rank;
        }
        else
        {
            layout.Columns = columns;
        }

        var count = 0;
        for (var pass = 0; pass < 3; pass++)
        {
            for (var axis = 0; axis < shape.Rank; axis++)
            {
                var isReduced = (axes & (1 << axis)) != 0;
                if ((axis >= firstColumn ? 2 : isReduced ? 1 : 0) == pass)
                {
                    layout._order[count++] = axis;
                    layout.Outer *= pass == 0 ? shape[axis] : 1;
                    layout.Reduced *= pass == 1 ? shape[axis] : 1;
                }
            }
        }

        return layout;
    }

    /// <summary>Where the elements of up to four tensors lie, in the order of [outer, reduced, columns]: broadcast to the shape, or without the reduced axes.</summary>
    public ElementLayout Places(Tensor x, Tensor? y, Tensor? z, Tensor? output, bool secondLacksAxes = false)
    {
        var axes = new ElementAxes(stackalloc ElementAxis[Shape.MaxRank]);
        for (var i = 0; i < _shape.Rank; i++)
        {
            var axis = _order[i];
            axes.Add(new ElementAxis
            {
                Size = _shape[axis], X = StrideOf(x, axis, false), Y = StrideOf(y, axis, secondLacksAxes), Z = StrideOf(z, axis, false), Output = StrideOf(output, axis, false),
            });
        }

        return axes.Layout();
    }

    /// <summary>A tensor's elements in the order of [outer, reduced, columns].</summary>
    /// <param name="tensor">Broadcast to the shape, or without the reduced axes.</param>
    /// <param name="lacksAxes">The tensor has no reduced axes, not even of size 1.</param>
    public StridedElements Elements(Tensor tensor, bool lacksAxes = false)
    {
        Span<long> sizes = stackalloc long[Shape.MaxRank];
        Span<long> strides = stackalloc long[Shape.MaxRank];
        Span<int> axes = stackalloc int[Shape.MaxRank];
        var next = lacksAxes ? 0 : tensor.Shape.Rank - _shape.Rank;
        for (var i = 0; i < _shape.Rank; i++)
        {
            axes[i] = lacksAxes && (_mask & (1 << i)) != 0 ? -1 : next++;
        }

        for (var i = 0; i < _shape.Rank; i++)
        {
            var axis = axes[_order[i]];
            sizes[i] = _shape[_order[i]];
            strides[i] = axis < 0 || tensor.Shape[axis] == 1 ? 0 : tensor.Strides[axis];
        }

        return new StridedElements(tensor.Pointer, sizes[.._shape.Rank], strides[.._shape.Rank]);
    }

    private readonly long StrideOf(Tensor? tensor, int axis, bool lacksAxes)
    {
        if (!lacksAxes || tensor is null)
        {
            return ElementAxes.Stride(tensor, axis, _shape.Rank);
        }

        if ((_mask & (1 << axis)) != 0)
        {
            return 0;
        }

        var own = axis - System.Numerics.BitOperations.PopCount((uint)(_mask & ((1 << axis) - 1)));
        return tensor.Shape[own] == 1 ? 0 : tensor.Strides[own];
    }
}
