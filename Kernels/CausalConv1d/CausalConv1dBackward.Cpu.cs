using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

public static partial class CausalConv1dBackward
{
    /// <summary>
    /// An item is a block of channels of one head over <see cref="PartialSums.TokensABlock"/> tokens. First g for these tokens, and for up to K - 1 tokens after
    /// them that their dx needs (recomputed: 5 % more for K = 4), each token adding its taps to the block's weight gradient; then dx from g. Deterministic.
    /// Twin: <c>CausalConv1dReference.Backward</c>.
    /// </summary>
    private unsafe struct Kernel : ISimdKernel
    {
        private const int ChannelsAtOnce = 64;
        private const int TokensAtOnce = PartialSums.TokensABlock;

        public RowView Input;
        public RowView OutputGradient;
        public RowView InputGradient;
        public byte* Weight;
        public void* Partials;
        public int* Borders;
        public int Sequences;
        public int Heads;
        public int Width;
        public int KernelSize;
        public int Tokens;

        public readonly long Items => (long)Heads * Blocks * PartialSums.Blocks(Tokens);

        /// <summary>About: three passes over the taps, and SiLU with its slope as twelve more.</summary>
        public readonly long ElementsAnItem => (12L + (3 * KernelSize)) * Math.Min(Width, ChannelsAtOnce) * Math.Min(Tokens, TokensAtOnce);

        private readonly int Blocks => (Width + ChannelsAtOnce - 1) / ChannelsAtOnce;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<TSimd, TVector>(int begin, int end)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            // Tap-major: weights and their gradients, K rows each; then g, a row a token.
            using var scratch = ScratchBuffer.Rent(((3 * KernelSize) + TokensAtOnce) * ChannelsAtOnce);
            var weights = scratch.Floats;
            var sums = weights + (KernelSize * ChannelsAtOnce);
            var slopes = sums + (KernelSize * ChannelsAtOnce);
            for (var item = begin; item < end; item++)
            {
                var run = Locate(item);
                for (var c = 0; c < run.Count; c++)
                {
                    for (var k = 0; k < KernelSize; k++)
                    {
                        weights[(k * ChannelsAtOnce) + c] = ((float*)Weight)[((run.Channel + c) * (long)KernelSize) + k];
                    }
                }

                new Span<float>(sums, KernelSize * ChannelsAtOnce).Clear();
                var done = run.Count & -TSimd.Count;
                var sequence = run.Sequence;
                for (var token = run.First; token < run.HaloEnd; token++)
                {
                    sequence = SequenceAt(token, sequence);
                    var taps = Math.Min(KernelSize, token - Borders[sequence] + 1);
                    var slope = slopes + ((token - run.First) * ChannelsAtOnce);
                    Slopes<TSimd, TVector>(token, taps, run, weights, sums, slope, 0, done);
                    Slopes<SimdScalar, float>(token, taps, run, weights, sums, slope, done, run.Count);
                }

                sequence = run.Sequence;
                for (var token = run.First; token < run.Last; token++)
                {
                    sequence = SequenceAt(token, sequence);
                    var taps = Math.Min(KernelSize, Borders[sequence + 1] - token);
                    var slope = slopes + ((token - run.First) * ChannelsAtOnce);
                    var dx = (float*)InputGradient.Row(((long)token * Heads) + run.Head) + run.InHead;
                    Back<TSimd, TVector>(taps, weights, slope, dx, 0, done);
                    Back<SimdScalar, float>(taps, weights, slope, dx, done, run.Count);
                }

                var partials = (float*)Partials + ((((long)run.Block * Heads * Width) + run.Channel) * KernelSize);
                for (var c = 0; c < run.Count; c++)
                {
                    for (var k = 0; k < KernelSize; k++)
                    {
                        partials[(c * KernelSize) + k] = sums[(k * ChannelsAtOnce) + c];
                    }
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void RunDouble(int begin, int end)
        {
            using var scratch = ScratchBuffer.Rent(2 * (KernelSize + TokensAtOnce) * ChannelsAtOnce);
            var slopes = (double*)scratch.Floats;
            for (var item = begin; item < end; item++)
            {
                var run = Locate(item);
                var partials = (double*)Partials + ((((long)run.Block * Heads * Width) + run.Channel) * KernelSize);
                new Span<double>(partials, run.Count * KernelSize).Clear();
                var sequence = run.Sequence;
                for (var token = run.First; token < run.HaloEnd; token++)
                {
                    sequence = SequenceAt(token, sequence);
                    var skipped = KernelSize - Math.Min(KernelSize, token - Borders[sequence] + 1);
                    var dy = (double*)OutputGradient.Row(token) + run.Channel;
                    for (var c = 0; c < run.Count; c++)
                    {
                        var weight = (double*)Weight + ((run.Channel + c) * (long)KernelSize);
                        var sum = 0.0;
                        for (var k = skipped; k < KernelSize; k++)
                        {
                            sum = Math.FusedMultiplyAdd(X<double>(token - KernelSize + 1 + k, run)[c], weight[k], sum);
                        }

                        var slope = dy[c] * SiluGradient.Slope(sum, out _);
                        slopes[((token - run.First) * ChannelsAtOnce) + c] = slope;
                        for (var k = skipped; k < KernelSize && token < run.Last; k++)
                        {
                            var partial = partials + (c * KernelSize) + k;
                            *partial = Math.FusedMultiplyAdd(slope, X<double>(token - KernelSize + 1 + k, run)[c], *partial);
                        }
                    }
                }

                sequence = run.Sequence;
                for (var token = run.First; token < run.Last; token++)
                {
                    sequence = SequenceAt(token, sequence);
                    var taps = Math.Min(KernelSize, Borders[sequence + 1] - token);
                    var dx = (double*)InputGradient.Row(((long)token * Heads) + run.Head) + run.InHead;
                    for (var c = 0; c < run.Count; c++)
                    {
                        var weight = (double*)Weight + ((run.Channel + c) * (long)KernelSize);
                        var sum = 0.0;
                        for (var j = 0; j < taps; j++)
                        {
                            sum = Math.FusedMultiplyAdd(slopes[((token - run.First + j) * ChannelsAtOnce) + c], weight[KernelSize - 1 - j], sum);
                        }

                        dx[c] = sum;
                    }
                }
            }
        }

        /// <summary>g of a token, from its last <paramref name="taps"/> inputs, and its part of the weight gradient unless it lies in the halo.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Slopes<TSimd, TVector>(int token, int taps, in TokenRun run, float* weights, float* sums, float* slopes, int begin, int end)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            var dy = (float*)OutputGradient.Row(token) + run.Channel;
            var skipped = KernelSize - taps;
            for (var c = begin; c < end; c += TSimd.Count)
            {
                var sum = TSimd.Create(0f);
                for (var k = skipped; k < KernelSize; k++)
                {
                    sum = TSimd.Fma(TSimd.Load(X<float>(token - KernelSize + 1 + k, run) + c), TSimd.Load(weights + (k * ChannelsAtOnce) + c), sum);
                }

                var slope = TSimd.Multiply(TSimd.Load(dy + c), SiluGradient.Slope<TSimd, TVector>(sum, out _));
                TSimd.Store(slope, slopes + c);
                for (var k = skipped; k < KernelSize && token < run.Last; k++)
                {
                    var to = sums + (k * ChannelsAtOnce) + c;
                    TSimd.Store(TSimd.Fma(slope, TSimd.Load(X<float>(token - KernelSize + 1 + k, run) + c), TSimd.Load(to)), to);
                }
            }
        }

        /// <summary>dx = Σ_j w_{K - 1 - j} g_{t + j}, j = 0 first.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Back<TSimd, TVector>(int taps, float* weights, float* slopes, float* dx, int begin, int end)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            for (var c = begin; c < end; c += TSimd.Count)
            {
                var sum = TSimd.Create(0f);
                for (var j = 0; j < taps; j++)
                {
                    sum = TSimd.Fma(TSimd.Load(slopes + (j * ChannelsAtOnce) + c), TSimd.Load(weights + ((KernelSize - 1 - j) * ChannelsAtOnce) + c), sum);
                }

                TSimd.Store(sum, dx + c);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly T* X<T>(int token, in TokenRun run)
            where T : unmanaged => (T*)Input.Row(((long)token * Heads) + run.Head) + run.InHead;

        private readonly TokenRun Locate(int item)
        {
            var (block, rest) = Math.DivRem(item, Heads * Blocks);
            var (head, part) = Math.DivRem(rest, Blocks);
            var first = block * TokensAtOnce;
            var last = Math.Min(first + TokensAtOnce, Tokens);
            var inHead = part * ChannelsAtOnce;

            // The last border that is not after the first token.
            var (low, high) = (0, Sequences);
            while (high - low > 1)
            {
                var middle = (low + high) / 2;
                (low, high) = Borders[middle] <= first ? (middle, high) : (low, middle);
            }

            var haloEnd = Math.Min(last + KernelSize - 1, Borders[SequenceAt(last - 1, low) + 1]);
            var count = Math.Min(ChannelsAtOnce, Width - inHead);
            return new TokenRun(block, first, last, haloEnd, SequenceAt(first, low), head, inHead, (head * Width) + inHead, count);
        }

        private readonly int SequenceAt(int token, int sequence)
        {
            while (token >= Borders[sequence + 1])
            {
                sequence++;
            }

            return sequence;
        }
    }

    /// <summary>A block of tokens and neighbouring channels of one head; tokens in [Last, HaloEnd) are read only for the dx of those before.</summary>
    private readonly record struct TokenRun(int Block, int First, int Last, int HaloEnd, int Sequence, int Head, int InHead, int Channel, int Count);
}
