using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The products of a batch, by number. A part that a thread runs uses that thread alone: a nested call of the pool does not wait for others.</summary>
internal unsafe struct BatchedProduct : IRangeKernel
{
    internal StridedElements A;
    internal StridedElements B;
    internal StridedElements Output;
    internal nint AStride;
    internal nint BStride;
    internal nint OutputStride;
    internal bool TransposeA;
    internal bool TransposeB;
    internal int M;
    internal int N;
    internal int K;
    internal bool IsDouble;
    internal bool Accumulate;
    internal WorkerPool Workers;
    private Shape _batch;
    private int _summed;

    /// <summary>The first elements of a tensor's matrices, broadcast over a batch.</summary>
    internal static StridedElements Places(Tensor tensor, in Shape batch)
    {
        Span<long> strides = stackalloc long[Shape.MaxRank];
        var axes = batch.Rank - 2;
        var added = batch.Rank - tensor.Shape.Rank;
        for (var i = 0; i < axes; i++)
        {
            strides[i] = i < added || tensor.Shape[i - added] == 1 ? 0 : tensor.Strides[i - added];
        }

        return new StridedElements(tensor.Pointer, batch.Span[..axes], strides[..axes]);
    }

    /// <summary>Matrices in a tensor of this shape.</summary>
    internal static long CountOf(in Shape shape)
    {
        var count = 1L;
        for (var i = 0; i < shape.Rank - 2; i++)
        {
            count *= shape[i];
        }

        return count;
    }

    /// <summary>Notes along which leading axes products are added up.</summary>
    internal void SetSummedAxes(in Shape output, in Shape batch)
    {
        _batch = batch;
        var added = batch.Rank - output.Rank;
        for (var i = 0; i < batch.Rank - 2; i++)
        {
            _summed |= i < added || output[i - added] != batch[i] ? 1 << i : 0;
        }
    }

    /// <inheritdoc/>
    public void Run(int begin, int end, int worker)
    {
        for (var item = begin; item < end; item++)
        {
            var adds = Accumulate || !IsFirst(item);
            if (IsDouble)
            {
                DoubleGemm.Linear(A.At<double>(item), AStride, M, K, B.At<double>(item), BStride, N, Output.At<double>(item), OutputStride, adds, Workers);
            }
            else
            {
                Gemm.Multiply(
                    TransposeA, TransposeB, M, N, K, A.At<float>(item), AStride, B.At<float>(item), BStride, Output.At<float>(item), OutputStride, adds, Workers);
            }
        }
    }

    /// <summary>Whether a product is the first one that its output gets.</summary>
    private readonly bool IsFirst(long item)
    {
        for (var i = _summed == 0 ? -1 : _batch.Rank - 3; i >= 0; i--)
        {
            (item, var coordinate) = Math.DivRem(item, _batch[i]);
            if (coordinate > 0 && (_summed & (1 << i)) != 0)
            {
                return false;
            }
        }

        return true;
    }
}
