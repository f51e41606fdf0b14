using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// The product for few rows of X (decoding): each element of Y is a dot product in the order of <see cref="DotLanes"/>, W is streamed once and its bytes
/// are the floor. Each row of X gets the bits that it would get alone, whatever the other rows.
/// </summary>
internal static unsafe class DotKernel
{
    /// <summary>Runs the product. X's rows must be contiguous along K, W stored by rows.</summary>
    internal static void Run(in GemmProblem problem, WorkerPool workers)
    {
        var padded = PanelLayout.RoundUp(problem.K, DotLanes.Count);
        using var copy = padded == problem.K ? default : ScratchBuffer.Rent((nint)padded * problem.M);
        var rows = new RowStage { Problem = problem, X = problem.X, XStride = problem.XStride };
        if (padded != problem.K)
        {
            rows.X = copy.Floats;
            rows.XStride = padded;
            for (var r = 0; r < problem.M; r++)
            {
                var to = new Span<float>(copy.Floats + ((nint)r * padded), padded);
                new ReadOnlySpan<float>(problem.X + (r * problem.XStride), problem.K).CopyTo(to);
                to[problem.K..].Clear();
            }
        }

        workers.For(problem.N, ref rows, MinimumRows(problem));
    }

    /// <summary>Rows of W that are worth waking a thread for: about 64 KiB of weights.</summary>
    private static int MinimumRows(in GemmProblem problem) => (int)Math.Clamp(65536 / Math.Max(1, problem.WRowBytes), 1, 256);

    private struct RowStage : IRangeKernel
    {
        internal GemmProblem Problem;
        internal float* X;
        internal nint XStride;

        public readonly void Run(int begin, int end, int worker)
        {
            switch (Problem.Format)
            {
                case DType.Float32:
                    Rows<Float32Element>(begin, end);
                    break;
                case DType.BFloat16:
                    Rows<BFloat16Element>(begin, end);
                    break;
                case DType.Float16:
                    Rows<Float16Element>(begin, end);
                    break;
                default:
                    UnpackedRows(begin, end);
                    break;
            }
        }

        private readonly void Rows<TElement>(int begin, int end)
            where TElement : struct, IWeightElement
        {
            var whole = Problem.K / DotLanes.Count * DotLanes.Count;
            var rest = Problem.K - whole;
            var tail = stackalloc float[DotLanes.Count];
            new Span<float>(tail, DotLanes.Count).Clear();
            for (var n = begin; n < end; n++)
            {
                var w = Problem.W + (n * Problem.WRowBytes);
                for (var i = 0; i < rest; i++)
                {
                    tail[i] = TElement.Load(w + ((nint)(whole + i) * TElement.Size));
                }

                Row<TElement>(n, w, whole, rest == 0 ? null : tail);
            }
        }

        /// <summary>Block-quantised rows: a row becomes float32 in the first cache, then meets every row of X.</summary>
        private readonly void UnpackedRows(int begin, int end)
        {
            var padded = PanelLayout.RoundUp(Problem.K, DotLanes.Count);
            using var scratch = ScratchBuffer.Rent(padded);
            new Span<float>(scratch.Floats + Problem.K, padded - Problem.K).Clear();
            var unpack = WeightUnpacking.For(Problem.Format);
            for (var n = begin; n < end; n++)
            {
                unpack(Problem.W + (n * Problem.WRowBytes), 0, Problem.K, scratch.Floats);
                Row<Float32Element>(n, (byte*)scratch.Floats, padded, null);
            }
        }

        /// <summary>One row of W with every row of X; W's row comes from memory once and from the first cache after that.</summary>
        private readonly void Row<TElement>(int n, byte* w, int k, float* tail)
            where TElement : struct, IWeightElement
        {
            var sums = stackalloc float[4];
            for (var r = 0; r < Problem.M;)
            {
                var x = X + (r * XStride);
                var count = DotRows<TElement>(Problem.M - r, w, tail, x, k, sums);
                var y = Problem.Y + (r * Problem.YStride) + n;
                for (var i = 0; i < count; i++, y += Problem.YStride)
                {
                    *y = Problem.Accumulate ? *y + sums[i] : sums[i];
                }

                r += count;
            }
        }

        private readonly int DotRows<TElement>(int rows, byte* w, float* tail, float* x, int k, float* sums)
            where TElement : struct, IWeightElement
        {
            switch (Problem.Width)
            {
                case VectorWidth.Bits512 when rows >= 4:
                    DotRows512.Rows4<TElement>(w, tail, x, XStride, k, sums);
                    return 4;
                case VectorWidth.Bits512 when rows >= 2:
                    DotRows512.Rows2<TElement>(w, tail, x, XStride, k, sums);
                    return 2;
                case VectorWidth.Bits512:
                    DotRows512.Rows1<TElement>(w, tail, x, k, sums);
                    return 1;
                case VectorWidth.Bits256:
                    DotRows256.Rows1<TElement>(w, tail, x, k, sums);
                    return 1;
                default:
                    DotRows128.Rows1<TElement>(w, tail, x, k, sums);
                    return 1;
            }
        }
    }
}
