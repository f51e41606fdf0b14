using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// The linear layer of the exact mode: Y[M, N] = X[M, K] · W[N, K]ᵀ in float64, W widened exactly row by row. An item is a row of W. Each output adds along K
/// in 8 virtual lanes with fused multiply-add, folded by halves, then the rest of fewer than 8 in order: same bits on every processor.
/// </summary>
internal static unsafe class DoubleLinear
{
    private const int Lanes = 8;

    [ThreadStatic]
    private static double[]? _row;

    /// <summary>Runs the product.</summary>
    public static void Forward(double* x, nint xStride, int m, int k, Tensor weight, int n, double* y, WorkerPool workers)
    {
        var kernel = new Kernel
        {
            X = x, XStride = xStride, M = m, K = k, N = n, Y = y, Weight = weight.Pointer, DType = weight.DType, RowBytes = weight.DType.Bytes(k),
        };
        workers.For(m == 0 ? 0 : n, ref kernel, (int)Math.Max(1, SimdKernelRunner.ElementsWorthAThread / Math.Max(1, (long)m * k)));
    }

    private struct Kernel : IRangeKernel
    {
        public double* X;
        public nint XStride;
        public int M;
        public int K;
        public int N;
        public double* Y;
        public byte* Weight;
        public DType DType;
        public long RowBytes;

        public readonly void Run(int begin, int end, int worker)
        {
            if (_row is null || _row.Length < K)
            {
                _row = new double[K];
            }

            fixed (double* row = _row)
            {
                for (var o = begin; o < end; o++)
                {
                    RowGather.Widen(DType, Weight + (o * RowBytes), row, K);
                    for (var t = 0; t < M; t++)
                    {
                        Y[((long)t * N) + o] = Dot(X + (t * XStride), row, K);
                    }
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static double Dot(double* left, double* right, int count)
        {
            var sums = Vector512<double>.Zero;
            var i = 0;
            for (; i <= count - Lanes; i += Lanes)
            {
                sums = Vector512.FusedMultiplyAdd(Vector512.Load(left + i), Vector512.Load(right + i), sums);
            }

            var four = sums.GetLower() + sums.GetUpper();
            var two = four.GetLower() + four.GetUpper();
            var sum = two[0] + two[1];
            for (; i < count; i++)
            {
                sum = Math.FusedMultiplyAdd(left[i], right[i], sum);
            }

            return sum;
        }
    }
}
