using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The matrices in the two innermost axes of a tensor, as a product reads them: rows dense in memory, or columns.</summary>
internal readonly ref struct Matrix
{
    private readonly Tensor? _copy;

    private Matrix(Tensor tensor, bool isTransposed, Tensor? copy)
    {
        (Tensor, IsTransposed, _copy) = (tensor, isTransposed, copy);
        RowStride = (nint)tensor.Strides[isTransposed ? ^1 : ^2];
    }

    /// <summary>The tensor, perhaps a dense copy.</summary>
    public Tensor Tensor { get; }

    /// <summary>What lies dense in memory are the columns.</summary>
    public bool IsTransposed { get; }

    /// <summary>Elements between what lies dense.</summary>
    public nint RowStride { get; }

    /// <summary>Takes the tensor as it lies, or copies it.</summary>
    public static Matrix Of(Tensor tensor)
    {
        if (HasDenseRows(tensor))
        {
            return new Matrix(tensor, false, null);
        }

        if (IsDense(tensor, ^2, ^1))
        {
            return new Matrix(tensor, true, null);
        }

        var copy = Tensor.Allocate(tensor.Device, tensor.Shape, tensor.DType);
        Pointwise.Copy(tensor, copy);
        return new Matrix(copy, false, copy);
    }

    /// <summary>Rows (or columns, when <paramref name="transposed"/>) dense, with a copy if need be.</summary>
    public static Matrix WithDenseRows(Tensor tensor, bool transposed)
    {
        if (transposed ? IsDense(tensor, ^2, ^1) : HasDenseRows(tensor))
        {
            return new Matrix(tensor, transposed, null);
        }

        if (!transposed)
        {
            var rows = Tensor.Allocate(tensor.Device, tensor.Shape, tensor.DType);
            Pointwise.Copy(tensor, rows);
            return new Matrix(rows, false, rows);
        }

        var shape = tensor.Shape;
        using var columns = Tensor.Allocate(tensor.Device, shape.With(shape.Rank - 2, shape[^1]).With(shape.Rank - 1, shape[^2]), tensor.DType);
        var copy = Transposed(columns);
        Pointwise.Copy(tensor, copy);
        return new Matrix(copy, true, copy);
    }

    /// <summary>The same matrices with rows and columns exchanged: a view.</summary>
    public static Tensor Transposed(Tensor tensor)
    {
        Span<int> axes = stackalloc int[Shape.MaxRank];
        var rank = tensor.Shape.Rank;
        for (var i = 0; i < rank; i++)
        {
            axes[i] = i < rank - 2 ? i : (2 * rank) - 3 - i;
        }

        return tensor.Permute(axes[..rank]);
    }

    /// <summary>Whether rows lie dense and apart.</summary>
    public static bool HasDenseRows(Tensor tensor) => IsDense(tensor, ^1, ^2);

    /// <summary>Gives the copy back.</summary>
    public void Dispose() => _copy?.Dispose();

    private static bool IsDense(Tensor tensor, Index inner, Index outer)
    {
        var (shape, strides) = (tensor.Shape, tensor.Strides);
        return (shape[inner] <= 1 || strides[inner] == 1) && (shape[outer] <= 1 || strides[outer] >= Math.Max(1, shape[inner]));
    }
}
