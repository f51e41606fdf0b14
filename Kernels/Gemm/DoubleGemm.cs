using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The linear layer in float64, plain: for references, gradient checks and tests, not for speed.</summary>
/// <remarks>
/// Each element is a dot product over 16 virtual lanes (element k in lane k mod 16, a chain of fused multiply-adds from zero, a last partial group filled with
/// zeros, lanes folded 16, 8, 4, 2, 1), then added to Y when accumulating. Same bits whatever the thread count and the vector width.
/// </remarks>
public static unsafe class DoubleGemm
{
    private const int Lanes = 16;

    /// <summary>Y[M, N] (+)= X[M, K] · W[N, K]ᵀ, all float64 with contiguous rows; strides in elements.</summary>
    /// <exception cref="ShapeMismatchException">A size is negative or a stride too small.</exception>
    public static void Linear(
        double* x, nint xStride, int m, int k, double* w, nint wStride, int n, double* y, nint yStride, bool accumulate, WorkerPool workers)
    {
        GemmChecks.Sizes(m, n, k);
        GemmChecks.Stride("x", xStride, k, m);
        GemmChecks.Stride("w", wStride, k, n);
        GemmChecks.Stride("y", yStride, n, m);
        var rows = new Rows { X = x, XStride = xStride, M = m, K = k, W = w, WStride = wStride, Y = y, YStride = yStride, Accumulate = accumulate };
        workers.For(m == 0 ? 0 : n, ref rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Dot(double* x, double* w, int k)
    {
        var low = Vector512<double>.Zero;
        var high = Vector512<double>.Zero;
        for (; k >= Lanes; k -= Lanes, x += Lanes, w += Lanes)
        {
            low = Vector512.FusedMultiplyAdd(Vector512.Load(x), Vector512.Load(w), low);
            high = Vector512.FusedMultiplyAdd(Vector512.Load(x + 8), Vector512.Load(w + 8), high);
        }

        if (k > 0)
        {
            var rest = stackalloc double[2 * Lanes];
            new Span<double>(rest, 2 * Lanes).Clear();
            new ReadOnlySpan<double>(x, k).CopyTo(new Span<double>(rest, Lanes));
            new ReadOnlySpan<double>(w, k).CopyTo(new Span<double>(rest + Lanes, Lanes));
            low = Vector512.FusedMultiplyAdd(Vector512.Load(rest), Vector512.Load(rest + Lanes), low);
            high = Vector512.FusedMultiplyAdd(Vector512.Load(rest + 8), Vector512.Load(rest + Lanes + 8), high);
        }

        var eight = low + high;
        var four = eight.GetLower() + eight.GetUpper();
        var two = four.GetLower() + four.GetUpper();
        return two[0] + two[1];
    }

    private struct Rows : IRangeKernel
    {
        internal double* X;
        internal nint XStride;
        internal int M;
        internal int K;
        internal double* W;
        internal nint WStride;
        internal double* Y;
        internal nint YStride;
        internal bool Accumulate;

        public readonly void Run(int begin, int end, int worker)
        {
            for (var n = begin; n < end; n++)
            {
                for (var r = 0; r < M; r++)
                {
                    var y = Y + (r * YStride) + n;
                    var dot = Dot(X + (r * XStride), W + (n * WStride), K);
                    *y = Accumulate ? *y + dot : dot;
                }
            }
        }
    }
}
