using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// Products of the matrices in the two innermost axes: output[.., M, N] (+)= op(a)[.., M, K] · op(b)[.., K, N], op the identity or the transposition, in float32 or
/// float64. Leading axes are broadcast as in <see cref="Pointwise"/>.
/// </summary>
/// <remarks>
/// Where the output's leading axes are 1 (or missing) and the operands' are not, the products along them are added up in order: the gradient of an operand that was
/// broadcast. Same bits whatever the thread count and the vector width; they may depend on strides, because <see cref="Gemm"/> adds few rows against stored
/// rows in another order.
/// </remarks>
public static class MatMul
{
    // A batch of products smaller than this is spread over the threads as a whole, one product a thread; larger products use all threads each.
    private const long SmallProduct = 1 << 20;

    /// <summary>Runs the products.</summary>
    /// <param name="a">Two axes or more, any strides.</param>
    /// <param name="transposeA">False: a is [.., M, K]. True: [.., K, M].</param>
    /// <param name="b">As <paramref name="a"/>, with its own leading axes.</param>
    /// <param name="transposeB">False: b is [.., K, N]. True: [.., N, K].</param>
    /// <param name="output">[.., M, N], apart from the operands.</param>
    /// <param name="accumulate">Add to what the output holds.</param>
    /// <exception cref="ShapeMismatchException">The shapes do not fit.</exception>
    /// <exception cref="DTypeMismatchException">The types differ, or are not float32 or float64.</exception>
    public static void Run(Tensor a, bool transposeA, Tensor b, bool transposeB, Tensor output, bool accumulate = false)
    {
        PointwiseChecks.Output(nameof(MatMul), output);
        PointwiseChecks.SameDType(nameof(MatMul), nameof(a), a, output);
        PointwiseChecks.SameDType(nameof(MatMul), nameof(b), b, output);
        var expected = OutputShape(a.Shape, transposeA, b.Shape, transposeB);
        if (output.Shape.Rank < 2 || output.Shape[^1] != expected[^1] || output.Shape[^2] != expected[^2] || !PointwiseChecks.IsBroadcastTo(output.Shape, expected))
        {
            Throw.ShapeMismatch(nameof(MatMul), nameof(output), expected.ToString(), output.Shape.ToString());
        }

        if (!Matrix.HasDenseRows(output))
        {
            using var dense = Tensor.Allocate(output.Device, output.Shape, output.DType);
            Run(a, transposeA, b, transposeB, dense, expected, accumulate: false);
            Pointwise.Copy(dense, output, accumulate);
            return;
        }

        Run(a, transposeA, b, transposeB, output, expected, accumulate);
    }

    /// <summary>The shape of the products: leading axes broadcast, then M and N.</summary>
    /// <exception cref="ShapeMismatchException">The operands do not fit each other.</exception>
    public static Shape OutputShape(in Shape a, bool transposeA, in Shape b, bool transposeB)
    {
        if (a.Rank < 2 || b.Rank < 2)
        {
            Throw.ShapeMismatch(nameof(MatMul), a.Rank < 2 ? nameof(a) : nameof(b), "two axes or more", (a.Rank < 2 ? a : b).ToString());
        }

        var depth = transposeA ? a[^2] : a[^1];
        if ((transposeB ? b[^1] : b[^2]) != depth)
        {
            Throw.ShapeMismatch(nameof(MatMul), nameof(b), $"{depth} rows of op(b), as op(a) of {a} has columns", b.ToString());
        }

        Span<long> sizes = stackalloc long[Shape.MaxRank];
        var rank = Math.Max(a.Rank, b.Rank);
        for (var i = 3; i <= rank; i++)
        {
            var (left, right) = (i <= a.Rank ? a[^i] : 1, i <= b.Rank ? b[^i] : 1);
            if (left != right && left != 1 && right != 1)
            {
                Throw.ShapeMismatch(nameof(MatMul), nameof(b), $"leading axes that are broadcast with those of {a}", b.ToString());
            }

            sizes[rank - i] = left == 1 ? right : left;
        }

        sizes[rank - 2] = transposeA ? a[^1] : a[^2];
        sizes[rank - 1] = transposeB ? b[^2] : b[^1];
        return new Shape(sizes[..rank]);
    }

    private static void Run(Tensor a, bool transposeA, Tensor b, bool transposeB, Tensor output, in Shape batch, bool accumulate)
    {
        if (output.Device is CudaDevice device)
        {
            MatMulLaunch.Run(device, a, transposeA, b, transposeB, output, batch, accumulate);
            return;
        }

        // The plain float64 product wants rows of op(a) and columns of op(b) dense.
        var isDouble = output.DType == DType.Float64;
        using var left = isDouble ? Matrix.WithDenseRows(a, transposeA) : Matrix.Of(a);
        using var right = isDouble ? Matrix.WithDenseRows(b, !transposeB) : Matrix.Of(b);
        var workers = OperatorChecks.Workers(nameof(MatMul), output);
        var kernel = new BatchedProduct
        {
            A = BatchedProduct.Places(left.Tensor, batch), B = BatchedProduct.Places(right.Tensor, batch), Output = BatchedProduct.Places(output, batch),
            AStride = left.RowStride, BStride = right.RowStride, OutputStride = (nint)output.Strides[^2],
            TransposeA = transposeA != left.IsTransposed, TransposeB = transposeB != right.IsTransposed,
            M = checked((int)batch[^2]), N = checked((int)batch[^1]), K = checked((int)(transposeA ? a.Shape[^2] : a.Shape[^1])),
            IsDouble = isDouble, Accumulate = accumulate, Workers = workers,
        };
        var count = checked((int)BatchedProduct.CountOf(batch));
        if (count == 0 && !accumulate)
        {
            Pointwise.Fill(output, 0);
        }

        var sums = BatchedProduct.CountOf(output.Shape) != count;
        if (!sums && count > 1 && (long)kernel.M * kernel.N * kernel.K < SmallProduct)
        {
            workers.For(count, ref kernel);
        }
        else
        {
            kernel.SetSummedAxes(output.Shape, batch);
            kernel.Run(0, count, 0);
        }

        // The kernel knows addresses only.
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        GC.KeepAlive(output);
    }
}
