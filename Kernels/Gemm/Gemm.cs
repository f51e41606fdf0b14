using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>Matrix products on the CPU. See the README beside this file for shapes, order of summation and measured speed.</summary>
/// <remarks>
/// The pointers are trusted to cover what shapes and strides say; shapes, strides and storage types are checked. Rows are contiguous, strides count
/// elements. Same bits whatever the thread count and the vector width. Nothing is allocated once a shape has been seen.
/// </remarks>
public static unsafe class Gemm
{
    /// <summary>
    /// The border in M between two orders of summation: up to so many rows of X each row of Y has the bits that it has alone, and with more rows it has other
    /// bits, the same for all larger M. Whoever puts sequences together and promises each its own bits keeps every one on its side.
    /// </summary>
    public const int RowsAlike = GemmSchedule.DotRows;

    /// <summary>A linear layer: Y[M, N] (+)= X[M, K] · W[N, K]ᵀ, W as stored, used in place.</summary>
    /// <param name="x">X, float32 [M, K].</param>
    /// <param name="xStride">Elements between rows of X, at least K.</param>
    /// <param name="m">M, rows (tokens).</param>
    /// <param name="k">K, input features; a multiple of the block size of a quantised <paramref name="format"/>.</param>
    /// <param name="w">W, [N, K], rows of <c>format.Bytes(K)</c> bytes without gaps.</param>
    /// <param name="format">Storage of W: f32, bf16, f16, q8_0, q4_0, q4_k, q5_k or q6_k.</param>
    /// <param name="n">N, output features.</param>
    /// <param name="y">Y, float32 [M, N].</param>
    /// <param name="yStride">Elements between rows of Y, at least N.</param>
    /// <param name="accumulate">Add to what Y holds instead of overwriting it.</param>
    /// <param name="workers">Threads.</param>
    /// <exception cref="ShapeMismatchException">A size is negative, a stride too small, or K is not a whole number of blocks.</exception>
    /// <exception cref="DTypeMismatchException">W cannot be stored like that.</exception>
    public static void Linear(
        float* x, nint xStride, int m, int k, void* w, DType format, int n, float* y, nint yStride, bool accumulate, WorkerPool workers)
    {
        GemmChecks.Format(format);
        GemmChecks.Sizes(m, n, k);
        GemmChecks.Stride("x", xStride, k, m);
        GemmChecks.Stride("y", yStride, n, m);
        GemmChecks.Blocks(format, k);
        var problem = new GemmProblem
        {
            M = m, N = n, K = k, X = x, XStride = xStride, W = (byte*)w, WRowBytes = (nint)format.Bytes(k), Format = format,
            Y = y, YStride = yStride, Accumulate = accumulate, Width = VectorWidths.Widest,
        };
        Run(problem, workers);
    }

    /// <summary>C[M, N] (+)= op(A) · op(B) in float32, op the identity or the transposition, for gradients and for products of activations.</summary>
    /// <param name="transposeA">False: A is stored [M, K]. True: A is stored [K, M].</param>
    /// <param name="transposeB">False: B is stored [K, N]. True: B is stored [N, K].</param>
    /// <param name="m">M.</param>
    /// <param name="n">N.</param>
    /// <param name="k">K.</param>
    /// <param name="a">A.</param>
    /// <param name="aStride">Elements between A's stored rows.</param>
    /// <param name="b">B.</param>
    /// <param name="bStride">Elements between B's stored rows.</param>
    /// <param name="c">C, [M, N].</param>
    /// <param name="cStride">Elements between rows of C.</param>
    /// <param name="accumulate">Add to what C holds instead of overwriting it.</param>
    /// <param name="workers">Threads.</param>
    /// <exception cref="ShapeMismatchException">A size is negative or a stride too small.</exception>
    public static void Multiply(
        bool transposeA, bool transposeB, int m, int n, int k, float* a, nint aStride, float* b, nint bStride, float* c, nint cStride, bool accumulate, WorkerPool workers)
    {
        GemmChecks.Sizes(m, n, k);
        GemmChecks.Stride("a", aStride, transposeA ? m : k, transposeA ? k : m);
        GemmChecks.Stride("b", bStride, transposeB ? k : n, transposeB ? n : k);
        GemmChecks.Stride("c", cStride, n, m);
        var problem = new GemmProblem
        {
            M = m, N = n, K = k, X = a, XStride = aStride, XTransposed = transposeA, W = (byte*)b, WRowBytes = bStride * sizeof(float), WByColumns = !transposeB,
            Format = DType.Float32, Y = c, YStride = cStride, Accumulate = accumulate, Width = VectorWidths.Widest,
        };
        Run(problem, workers);
    }

    /// <summary>Runs a checked problem in the variant that it names.</summary>
    internal static void Run(in GemmProblem problem, WorkerPool workers)
    {
        if (problem.M == 0 || problem.N == 0)
        {
            return;
        }

        if (problem.K == 0)
        {
            for (var r = 0; r < problem.M && !problem.Accumulate; r++)
            {
                new Span<float>(problem.Y + (r * problem.YStride), problem.N).Clear();
            }

            return;
        }

        switch (GemmSchedule.Choose(problem.M, !problem.XTransposed && !problem.WByColumns))
        {
            case GemmPath.Dot:
                DotKernel.Run(problem, workers);
                break;
            default:
                PanelKernel.Run(problem, workers);
                break;
        }
    }
}
