using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The 2-norm of all gradients together, for clipping and for logs: squares and sums in float64, so that nothing over- or underflows.</summary>
public static partial class GradientNorm
{
    /// <summary>√Σ g² over all elements of all tensors; NaN or infinity when an element is.</summary>
    /// <param name="gradients">Dense, float32 or float64.</param>
    public static double Of(ReadOnlySpan<Tensor> gradients) => Math.Sqrt(SumOfSquares(gradients));

    /// <summary>Σ g²: tensors in order, each the sum of its blocks in order.</summary>
    /// <param name="gradients">Dense, float32 or float64.</param>
    public static unsafe double SumOfSquares(ReadOnlySpan<Tensor> gradients)
    {
        if (gradients.Length > 0 && gradients[0].Device is CudaDevice device)
        {
            return OnGpu(device, gradients);
        }

        var total = 0.0;
        foreach (var gradient in gradients)
        {
            OperatorChecks.Dense(nameof(GradientNorm), nameof(gradients), gradient, gradient.Shape, gradient.DType);
            var workers = OperatorChecks.Workers(nameof(GradientNorm), gradient);
            var count = gradient.ElementCount;
            var blocks = checked((int)((count + Kernel.BlockSize - 1) / Kernel.BlockSize));
            using var scratch = ScratchBuffer.Rent(Math.Max(1, 2 * (nint)blocks));
            var kernel = new Kernel { Source = gradient.Pointer, IsDouble = gradient.DType == DType.Float64, Count = count, Sums = (double*)scratch.Floats };
            workers.For(blocks, ref kernel);
            for (var block = 0; block < blocks; block++)
            {
                total += kernel.Sums[block];
            }
        }

        return total;
    }

    /// <summary>What to multiply gradients with so that their norm is at most <paramref name="clipNorm"/>: 1, or clipNorm / norm. No epsilon.</summary>
    public static double ClipFactor(double norm, double clipNorm) => norm > clipNorm ? clipNorm / norm : 1;

    /// <summary>
    /// An item is a block of elements: element i goes to virtual lane i mod 16, a chain of fused multiply-adds in float64, a last partial group filled with zeros;
    /// lanes fold by halves. Vectors narrower than 512 bits give the same bits.
    /// </summary>
    private unsafe struct Kernel : IRangeKernel
    {
        public const int BlockSize = 16384;
        private const int Lanes = 16;

        public byte* Source;
        public bool IsDouble;
        public long Count;
        public double* Sums;

        public readonly void Run(int begin, int end, int worker)
        {
            var lanes = stackalloc double[Lanes];
            var rest = stackalloc double[Lanes];
            for (var block = begin; block < end; block++)
            {
                var first = (long)block * BlockSize;
                var (groups, left) = Math.DivRem((int)Math.Min(BlockSize, Count - first), Lanes);
                new Span<double>(lanes, Lanes).Clear();
                new Span<double>(rest, Lanes).Clear();
                if (IsDouble)
                {
                    var x = (double*)Source + first;
                    Add(x, groups, lanes);
                    new ReadOnlySpan<double>(x + (groups * Lanes), left).CopyTo(new Span<double>(rest, Lanes));
                    Add(rest, 1, lanes);
                }
                else
                {
                    var x = (float*)Source + first;
                    Add(x, groups, lanes);
                    new ReadOnlySpan<float>(x + (groups * Lanes), left).CopyTo(new Span<float>(rest, Lanes));
                    Add((float*)rest, 1, lanes);
                }

                Sums[block] = Fold(Vector512.Load(lanes) + Vector512.Load(lanes + 8));
            }
        }

        // These loops stand alone: in one method with a stackalloc the JIT keeps the accumulators in memory, five times slower.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private static void Add(float* x, int groups, double* lanes)
        {
            var (low, high) = (Vector512.Load(lanes), Vector512.Load(lanes + 8));
            for (var last = x + (groups * Lanes); x < last; x += Lanes)
            {
                var values = Vector512.Load(x);
                var (left, right) = (Vector512.WidenLower(values), Vector512.WidenUpper(values));
                low = Vector512.FusedMultiplyAdd(left, left, low);
                high = Vector512.FusedMultiplyAdd(right, right, high);
            }

            Vector512.Store(low, lanes);
            Vector512.Store(high, lanes + 8);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private static void Add(double* x, int groups, double* lanes)
        {
            var (low, high) = (Vector512.Load(lanes), Vector512.Load(lanes + 8));
            for (var last = x + (groups * Lanes); x < last; x += Lanes)
            {
                var (left, right) = (Vector512.Load(x), Vector512.Load(x + 8));
                low = Vector512.FusedMultiplyAdd(left, left, low);
                high = Vector512.FusedMultiplyAdd(right, right, high);
            }

            Vector512.Store(low, lanes);
            Vector512.Store(high, lanes + 8);
        }

        private static double Fold(Vector512<double> eight)
        {
            var four = eight.GetLower() + eight.GetUpper();
            var two = four.GetLower() + four.GetUpper();
            return two[0] + two[1];
        }
    }
}
