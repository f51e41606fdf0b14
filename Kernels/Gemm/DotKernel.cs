using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// The product for few rows of X (decoding): each element of Y is a dot product in the order of <see cref="DotLanes"/>, W is streamed once and its bytes
/// are the floor. Each row of X gets the bits that it would get alone, whatever the other rows.
/// </summary>
internal static unsafe class DotKernel
{
    /// <summary>Rows of W that meet X together; the last rows, if fewer, come one by one, each in all four places.</summary>
    private const int Group = 4;

    /// <summary>Runs the product. X's rows must be contiguous along K, W stored by rows.</summary>
    internal static void Run(in GemmProblem problem, WorkerPool workers)
    {
        var padded = PanelLayout.RoundUp(problem.K, DotLanes.Count);
        using var copy = padded == problem.K ? default : ScratchBuffer.Rent((nint)padded * problem.M);
        var stage = new DotStage { Problem = problem, X = problem.X, XStride = problem.XStride };
        if (padded != problem.K)
        {
            stage.X = copy.Floats;
            stage.XStride = padded;
            for (var r = 0; r < problem.M; r++)
            {
                var to = new Span<float>(copy.Floats + ((nint)r * padded), padded);
                new ReadOnlySpan<float>(problem.X + (r * problem.XStride), problem.K).CopyTo(to);
                to[problem.K..].Clear();
            }
        }

        workers.For((problem.N / Group) + (problem.N % Group), ref stage, MinimumGroups(problem));
    }

    /// <summary>Groups that are worth waking a thread for: about 64 KiB of weights.</summary>
    private static int MinimumGroups(in GemmProblem problem) => (int)Math.Clamp(65536 / Math.Max(1, Group * problem.WRowBytes), 1, 64);

    private struct DotStage : IRangeKernel
    {
        /// <summary>Depth that a block-quantised group is unpacked at a time: four rows of it and X's share the first cache.</summary>
        private const int UnpackedDepth = 512;

        internal GemmProblem Problem;
        internal float* X;
        internal nint XStride;

        public readonly void Run(int begin, int end, int worker)
        {
            switch (Problem.Format)
            {
                case DType.Float32:
                    Elements<Float32Element>(begin, end);
                    break;
                case DType.BFloat16:
                    Elements<BFloat16Element>(begin, end);
                    break;
                case DType.Float16:
                    Elements<Float16Element>(begin, end);
                    break;
                case DType.Q8_0 when Problem.M == 1 && Problem.Width == VectorWidth.Bits512:
                    Fused(begin, end, &Q8_0Dot.Rows4By1On512);
                    break;
                case DType.Q8_0 when Problem.M == 1 && Problem.Width == VectorWidth.Bits256:
                    Fused(begin, end, &Q8_0Dot.Rows4By1On256);
                    break;
                case DType.Q4_0 when Problem.M == 1 && Problem.Width == VectorWidth.Bits512:
                    Fused(begin, end, &Q4_0Dot.Rows4By1On512);
                    break;
                case DType.Q4_0 when Problem.M == 1 && Problem.Width == VectorWidth.Bits256:
                    Fused(begin, end, &Q4_0Dot.Rows4By1On256);
                    break;
                case DType.Q4_K when Problem.M == 1 && Problem.Width == VectorWidth.Bits512:
                    Fused(begin, end, &Q4_KDot.Rows4By1On512);
                    break;
                case DType.Q5_K when Problem.M == 1 && Problem.Width == VectorWidth.Bits512:
                    Fused(begin, end, &Q5_KDot.Rows4By1On512);
                    break;
                case DType.Q6_K when Problem.M == 1 && Problem.Width == VectorWidth.Bits512:
                    Fused(begin, end, &Q6_KDot.Rows4By1On512);
                    break;
                default:
                    Blocks(begin, end);
                    break;
            }
        }

        /// <summary>Block-quantised rows met by one row of X as they are read.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Fused(int begin, int end, delegate*<byte*, nint, nint, float*, int, float*, void> tile)
        {
            var laneSpace = stackalloc float[(Group + 1) * DotLanes.Count];
            var lanes = Aligned(laneSpace);
            for (var group = begin; group < end; group++)
            {
                var w = Weights(group, out var rowBytes);
                Clear(lanes);
                tile(w, rowBytes, Group * rowBytes, X, Problem.K, lanes);
                Finish(group, lanes);
            }
        }

        private readonly void Elements<TElement>(int begin, int end)
            where TElement : struct, IWeightElement
        {
            var laneSpace = stackalloc float[((GemmSchedule.DotRows * Group) + 1) * DotLanes.Count];
            var lanes = Aligned(laneSpace);
            var tail = stackalloc float[Group * DotLanes.Count];
            var whole = Problem.K / DotLanes.Count * DotLanes.Count;
            for (var group = begin; group < end; group++)
            {
                var w = Weights(group, out var rowBytes);
                Clear(lanes);
                if (typeof(TElement) == typeof(Float16Element) && Float16Scan.AllFinite((ushort*)w, Problem.K + ((Group - 1) * (rowBytes / sizeof(ushort)))))
                {
                    Tiles<FiniteFloat16Element>(w, rowBytes, Group * rowBytes, 0, whole, lanes);
                }
                else
                {
                    Tiles<TElement>(w, rowBytes, Group * rowBytes, 0, whole, lanes);
                }

                if (whole < Problem.K)
                {
                    new Span<float>(tail, Group * DotLanes.Count).Clear();
                    for (var i = 0; i < Group * (Problem.K - whole); i++)
                    {
                        var (r, p) = Math.DivRem(i, Problem.K - whole);
                        tail[(r * DotLanes.Count) + p] = TElement.Load(w + (r * rowBytes) + ((nint)(whole + p) * TElement.Size));
                    }

                    Tiles<Float32Element>((byte*)tail, DotLanes.Count * sizeof(float), 0, whole, DotLanes.Count, lanes);
                }

                Finish(group, lanes);
            }
        }

        private readonly void Blocks(int begin, int end)
        {
            var laneSpace = stackalloc float[((GemmSchedule.DotRows * Group) + 1) * DotLanes.Count];
            var lanes = Aligned(laneSpace);
            var unpackedSpace = stackalloc float[(Group * UnpackedDepth) + DotLanes.Count];
            var unpacked = Aligned(unpackedSpace);
            var unpack = WeightUnpacking.For(Problem.Format, Problem.Width);
            for (var group = begin; group < end; group++)
            {
                var w = Weights(group, out var rowBytes);
                Clear(lanes);
                for (var k = 0; k < Problem.K; k += UnpackedDepth)
                {
                    var depth = Math.Min(UnpackedDepth, Problem.K - k);
                    for (var r = 0; r < Group; r++)
                    {
                        Prefetch.Range(w + ((r + Group) * rowBytes) + Problem.Format.Bytes(k), Problem.Format.Bytes(depth));
                        unpack(w + (r * rowBytes), k, depth, unpacked + (r * UnpackedDepth));
                    }

                    Tiles<Float32Element>((byte*)unpacked, UnpackedDepth * sizeof(float), 0, k, depth, lanes);
                }

                Finish(group, lanes);
            }
        }

        private readonly int FirstRow(int group) => group < Problem.N / Group ? group * Group : (Problem.N / Group * (Group - 1)) + group;

        private readonly byte* Weights(int group, out nint rowBytes)
        {
            rowBytes = group < Problem.N / Group ? Problem.WRowBytes : 0;
            return Problem.W + (FirstRow(group) * Problem.WRowBytes);
        }

        /// <summary>The first whole cache line in a buffer: vectors across two lines cost double.</summary>
        private static float* Aligned(float* buffer) => (float*)(((nuint)buffer + 63) & ~(nuint)63);

        private readonly void Clear(float* lanes) => new Span<float>(lanes, Problem.M * Group * DotLanes.Count).Clear();

        /// <summary>Meets a piece of the group's rows with every row of X: from memory the first time, from the first cache after that.</summary>
        private readonly void Tiles<TElement>(byte* w, nint rowBytes, nint ahead, int firstK, int depth, float* lanes)
            where TElement : struct, IWeightElement
        {
            for (var r = 0; r < Problem.M;)
            {
                var x = X + (r * XStride) + firstK;
                var sums = lanes + (r * Group * DotLanes.Count);
                var rows = Problem.M - r;
                switch (Problem.Width)
                {
                    case VectorWidth.Bits512 when rows >= 4:
                        DotTile512.Rows4By4<TElement>(w, rowBytes, ahead, x, XStride, depth, sums);
                        r += 4;
                        break;
                    case VectorWidth.Bits512 when rows >= 2:
                        DotTile512.Rows4By2<TElement>(w, rowBytes, ahead, x, XStride, depth, sums);
                        r += 2;
                        break;
                    case VectorWidth.Bits512:
                        DotTile512.Rows4By1<TElement>(w, rowBytes, ahead, x, depth, sums);
                        r++;
                        break;
                    case VectorWidth.Bits256:
                        DotTile256.Rows4By1<TElement>(w, rowBytes, ahead, x, depth, sums);
                        r++;
                        break;
                    default:
                        DotTile128.Rows4By1<TElement>(w, rowBytes, ahead, x, depth, sums);
                        r++;
                        break;
                }
            }
        }

        private readonly void Finish(int group, float* lanes)
        {
            var first = FirstRow(group);
            var rows = group < Problem.N / Group ? Group : 1;
            for (var r = 0; r < Problem.M; r++)
            {
                var y = Problem.Y + (r * Problem.YStride) + first;
                for (var i = 0; i < rows; i++)
                {
                    var dot = DotLanes.Fold(lanes + (((r * Group) + i) * DotLanes.Count));
                    y[i] = Problem.Accumulate ? y[i] + dot : dot;
                }
            }
        }
    }
}
