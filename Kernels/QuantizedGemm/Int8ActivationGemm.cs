using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// The linear layer with activations rounded to int8: a mode of its own, faster on long inputs and less exact than <see cref="Gemm.Linear"/>, never chosen silently.
/// </summary>
/// <remarks>
/// X is quantised 32 values along a row at a time (d = max|x| / 127, nearest code). Y is one chain per element over the groups of W's storage type:
/// exact integer dot product, then <c>y = fma(float(dot), scaleW · d, y)</c>. Same bits whatever the thread count and the vector width.
/// Up to <see cref="GemmSchedule.DotRows"/> rows the exact product runs instead: decoding is bound by W's bytes and gains nothing from rounding X.
/// </remarks>
public static unsafe class Int8ActivationGemm
{
    /// <summary>Depth of X quantised at once; with <see cref="GemmSchedule.BlockM"/> this bounds the copy.</summary>
    internal const int PackedK = 4096;

    /// <summary>Y[M, N] (+)= int8(X)[M, K] · W[N, K]ᵀ. Parameters as for <see cref="Gemm.Linear"/>; <paramref name="format"/> is q8_0, q4_0, q4_k or q6_k.</summary>
    /// <exception cref="ShapeMismatchException">A size is negative, a stride too small, or K is not a whole number of blocks.</exception>
    /// <exception cref="DTypeMismatchException">W's storage type has no int8 product.</exception>
    public static void Linear(
        float* x, nint xStride, int m, int k, void* w, DType format, int n, float* y, nint yStride, bool accumulate, WorkerPool workers)
    {
        if (!IsSupported(format))
        {
            Throw.DTypeMismatch("Gemm with int8 activations", "weights", "q8_0, q4_0, q4_k or q6_k", format.Name());
        }

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

    /// <summary>Whether weights stored as <paramref name="format"/> have an int8 product.</summary>
    public static bool IsSupported(DType format) => format is DType.Q8_0 or DType.Q4_0 or DType.Q4_K or DType.Q6_K;

    /// <summary>Runs a checked problem in the variant that it names.</summary>
    internal static void Run(in GemmProblem problem, WorkerPool workers)
    {
        if (problem.M <= GemmSchedule.DotRows || problem.N == 0 || problem.K == 0)
        {
            Gemm.Run(problem, workers);
            return;
        }

        switch (problem.Format)
        {
            case DType.Q8_0:
                Run<Q8_0Shape>(problem, 0, workers);
                break;
            case DType.Q4_0:
                Run<Q4_0Shape>(problem, 8, workers);
                break;
            case DType.Q4_K:
                Run<Q4_KShape>(problem, 0, workers);
                break;
            default:
                Run<Q6_KShape>(problem, 32, workers);
                break;
        }
    }

    private static void Run<TShape>(in GemmProblem problem, int offset, WorkerPool workers)
        where TShape : struct, IInt8Shape
    {
        using var packed = ScratchBuffer.Rent(
            Int8Block<TShape>.PackedWords(Math.Min(problem.M, GemmSchedule.BlockM), Math.Min(problem.K, PackedK)));
        for (var m0 = 0; m0 < problem.M; m0 += GemmSchedule.BlockM)
        {
            for (var k0 = 0; k0 < problem.K; k0 += PackedK)
            {
                var block = new Int8Block<TShape>
                {
                    Problem = problem,
                    FirstRow = m0,
                    Rows = Math.Min(GemmSchedule.BlockM, problem.M - m0),
                    FirstK = k0,
                    Depth = Math.Min(PackedK, problem.K - k0),
                    Offset = offset,
                };
                block.Place(packed.Floats);
                var quantization = new QuantizationStage<TShape> { Block = block };
                workers.For((block.Rows + Int8Panel.Rows - 1) / Int8Panel.Rows, ref quantization);

                var strips = (problem.N + Int8Panel.Columns - 1) / Int8Panel.Columns;
                block.RowsPerPart = GemmSchedule.RowsPerPart(block.Rows, strips, workers.ThreadCount);
                var product = new ProductStage<TShape> { Block = block, RowParts = (block.Rows + block.RowsPerPart - 1) / block.RowsPerPart };
                workers.For(strips * product.RowParts, ref product);
            }
        }
    }

    private struct QuantizationStage<TShape> : IRangeKernel
        where TShape : struct, IInt8Shape
    {
        internal Int8Block<TShape> Block;

        public readonly void Run(int begin, int end, int worker)
        {
            for (var panel = begin; panel < end; panel++)
            {
                Block.QuantizeX(panel);
            }
        }
    }

    private struct ProductStage<TShape> : IRangeKernel
        where TShape : struct, IInt8Shape
    {
        internal Int8Block<TShape> Block;
        internal int RowParts;

        public readonly void Run(int begin, int end, int worker)
        {
            using var scratch = ScratchBuffer.Rent(Int8Block<TShape>.ScratchFloats);
            for (var item = begin; item < end; item++)
            {
                var (strip, part) = Math.DivRem(item, RowParts);
                Block.Strip(strip, part, scratch.Floats);
            }
        }
    }
}
