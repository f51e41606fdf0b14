using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// Batched products on a GPU: the two innermost leading axes are one launch's batch, the others and those along which products are added up are walked by the host, in order.
/// </summary>
internal static class MatMulLaunch
{
    // A grid's z.
    private const int ProductsOfLaunch = 65535;

    /// <summary>Runs the products; rows of the output are dense.</summary>
    public static void Run(CudaDevice device, Tensor a, bool transposeA, Tensor b, bool transposeB, Tensor output, in Shape batch, bool accumulate)
    {
        DeviceLaunch.Single(nameof(MatMul), output);
        DeviceLaunch.Same(nameof(MatMul), nameof(a), a, device);
        DeviceLaunch.Same(nameof(MatMul), nameof(b), b, device);
        if (BatchedProduct.CountOf(batch) == 0)
        {
            if (!accumulate)
            {
                Pointwise.Fill(output, 0);
            }

            return;
        }

        using var left = Matrix.Of(a);
        using var right = Matrix.Of(b);
        var product = new DeviceProduct
        {
            M = checked((int)batch[^2]), N = checked((int)batch[^1]), K = checked((int)(transposeA ? a.Shape[^2] : a.Shape[^1])),
            A = left.Tensor.Address, AStride = Math.Max(left.RowStride, 1), TransposeA = transposeA != left.IsTransposed,
            B = right.Tensor.Address, BStride = Math.Max(right.RowStride, 1), ByColumns = transposeB == right.IsTransposed, Format = DType.Float32,
            C = output.Address, CStride = Math.Max(output.Strides[^2], 1), Accumulate = accumulate,
        };
        var axes = batch.Rank - 2;
        Span<Axis> walked = stackalloc Axis[Shape.MaxRank];
        for (var i = 0; i < axes; i++)
        {
            walked[i] = new Axis(batch[i], Step(left.Tensor, i, batch), Step(right.Tensor, i, batch), Step(output, i, batch));
        }

        Walk(device, product, walked[..axes], accumulate);
        DeviceLaunch.KeepAlive(left.Tensor, right.Tensor, output);
    }

    /// <summary>Launches the axes in <paramref name="axes"/>, the outermost one at a time until two are left whose products all have matrices of their own.</summary>
    private static void Walk(CudaDevice device, DeviceProduct product, ReadOnlySpan<Axis> axes, bool accumulate)
    {
        product.Accumulate = accumulate;
        if (axes.Length <= 2 && !Sums(axes) && Count(axes) <= ProductsOfLaunch)
        {
            var outer = axes.Length == 2 ? axes[0] : new Axis(1, 0, 0, 0);
            var inner = axes.Length > 0 ? axes[^1] : new Axis(1, 0, 0, 0);
            product.OuterCount = (int)outer.Size;
            product.Batch = new GemmBatch
            {
                AOuter = outer.A, BOuter = outer.B, COuter = outer.C, AInner = inner.A, BInner = inner.B, CInner = inner.C, InnerCount = (int)inner.Size,
            };
            GemmLaunch.Run(device, product);
            return;
        }

        // An axis that the output lacks adds to what its first product wrote.
        var first = axes[0];
        for (var i = 0L; i < first.Size; i++)
        {
            var part = product;
            part.A += (nint)(i * first.A * sizeof(float));
            part.B += (nint)(i * first.B * sizeof(float));
            part.C += (nint)(i * first.C * sizeof(float));
            Walk(device, part, axes[1..], accumulate || (first.IsSummed && i > 0));
        }
    }

    private static bool Sums(ReadOnlySpan<Axis> axes)
    {
        foreach (var axis in axes)
        {
            if (axis.IsSummed)
            {
                return true;
            }
        }

        return false;
    }

    private static long Count(ReadOnlySpan<Axis> axes)
    {
        var count = 1L;
        foreach (var axis in axes)
        {
            count *= axis.Size;
        }

        return count;
    }

    /// <summary>Elements between a tensor's matrices along an axis of the batch; 0 where it is broadcast.</summary>
    private static long Step(Tensor tensor, int axis, in Shape batch)
    {
        var own = axis - (batch.Rank - tensor.Shape.Rank);
        return own < 0 || tensor.Shape[own] == 1 ? 0 : tensor.Strides[own];
    }

    private readonly record struct Axis(long Size, long A, long B, long C)
    {
        /// <summary>Products along it go to one matrix of the output.</summary>
        public bool IsSummed => Size > 1 && C == 0;
    }
}
