using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

public static partial class RmsNormBackward
{
    /// <summary>
    /// An item is a block of <see cref="PartialSums.TokensABlock"/> tokens. A row is read twice, the second time from cache: first Σ x² (as the forward pass),
    /// w' dy into a scratch row and dy x r onto the block's weight gradient, then Σ (w' dy) x over 64 virtual lanes and dx. Deterministic.
    /// Twin: <c>RmsNormReference.Backward</c>.
    /// </summary>
    private unsafe struct Kernel : ISimdKernel
    {
        public RowView Input;
        public RowView OutputGradient;
        public RowView InputGradient;
        public byte* Weight;
        public void* Partials;
        public int Tokens;
        public int Heads;
        public double Offset;
        public double Epsilon;
        public bool Accumulate;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<TSimd, TVector>(int begin, int end)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            var width = Input.Width;
            var whole = width & -TSimd.Count;
            using var scratch = ScratchBuffer.Rent(width);
            var scaled = scratch.Floats;
            for (var block = begin; block < end; block++)
            {
                var partials = (float*)Partials + ((long)block * Heads * width);
                new Span<float>(partials, Heads * width).Clear();
                var (row, last) = Rows(block);
                for (; row < last; row++)
                {
                    var x = (float*)Input.Row(row);
                    var dy = (float*)OutputGradient.Row(row);
                    var dx = (float*)InputGradient.Row(row);
                    var head = (row % Heads) * width;
                    var mean = Reduce.SumOfSquares<TSimd, TVector>(x, width) / (double)width;
                    var inverseRms = 1 / Math.Sqrt(mean + Epsilon);
                    var weight = (float*)Weight + head;
                    Weigh<TSimd, TVector>(x, dy, weight, (float)inverseRms, scaled, partials + head, 0, whole);
                    Weigh<SimdScalar, float>(x, dy, weight, (float)inverseRms, scaled, partials + head, whole, width);

                    var along = (float)(inverseRms * inverseRms * Reduce.Dot(scaled, x, width) / width);
                    Combine<TSimd, TVector>(x, scaled, along, (float)inverseRms, dx, 0, whole);
                    Combine<SimdScalar, float>(x, scaled, along, (float)inverseRms, dx, whole, width);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void RunDouble(int begin, int end)
        {
            var width = Input.Width;
            for (var block = begin; block < end; block++)
            {
                var partials = (double*)Partials + ((long)block * Heads * width);
                new Span<double>(partials, Heads * width).Clear();
                var (row, last) = Rows(block);
                for (; row < last; row++)
                {
                    var x = (double*)Input.Row(row);
                    var dy = (double*)OutputGradient.Row(row);
                    var dx = (double*)InputGradient.Row(row);
                    var head = (row % Heads) * width;
                    var weight = (double*)Weight + head;
                    var (squares, product) = (0.0, 0.0);
                    for (var i = 0; i < width; i++)
                    {
                        squares = Math.FusedMultiplyAdd(x[i], x[i], squares);
                        product = Math.FusedMultiplyAdd(dy[i] * (weight[i] + Offset), x[i], product);
                    }

                    var inverseRms = 1 / Math.Sqrt((squares / width) + Epsilon);
                    var along = inverseRms * inverseRms * product / width;
                    for (var i = 0; i < width; i++)
                    {
                        partials[head + i] = Math.FusedMultiplyAdd(dy[i], x[i] * inverseRms, partials[head + i]);
                        var value = inverseRms * Math.FusedMultiplyAdd(-along, x[i], dy[i] * (weight[i] + Offset));
                        dx[i] = Accumulate ? dx[i] + value : value;
                    }
                }
            }
        }

        /// <summary>scaled = dy (weight + offset); partials += dy (x r).</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Weigh<TSimd, TVector>(float* x, float* dy, float* weight, float inverseRms, float* scaled, float* partials, int begin, int end)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            var factor = TSimd.Create(inverseRms);
            var offset = TSimd.Create((float)Offset);
            for (var i = begin; i < end; i += TSimd.Count)
            {
                var gradient = TSimd.Load(dy + i);
                TSimd.Store(TSimd.Multiply(gradient, TSimd.Add(TSimd.Load(weight + i), offset)), scaled + i);
                TSimd.Store(TSimd.Fma(gradient, TSimd.Multiply(TSimd.Load(x + i), factor), TSimd.Load(partials + i)), partials + i);
            }
        }

        /// <summary>dx (+)= r (scaled - along x).</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Combine<TSimd, TVector>(float* x, float* scaled, float along, float inverseRms, float* dx, int begin, int end)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            var factor = TSimd.Create(inverseRms);
            var back = TSimd.Create(-along);
            if (Accumulate)
            {
                for (var i = begin; i < end; i += TSimd.Count)
                {
                    var across = TSimd.Fma(back, TSimd.Load(x + i), TSimd.Load(scaled + i));
                    TSimd.Store(TSimd.Add(TSimd.Load(dx + i), TSimd.Multiply(factor, across)), dx + i);
                }

                return;
            }

            for (var i = begin; i < end; i += TSimd.Count)
            {
                TSimd.Store(TSimd.Multiply(factor, TSimd.Fma(back, TSimd.Load(x + i), TSimd.Load(scaled + i))), dx + i);
            }
        }

        private readonly (long First, long Last) Rows(int block)
        {
            var first = (long)block * PartialSums.TokensABlock;
            return (first * Heads, Math.Min(first + PartialSums.TokensABlock, Tokens) * Heads);
        }
    }
}
