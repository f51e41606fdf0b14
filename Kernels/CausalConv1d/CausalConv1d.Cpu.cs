using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

internal static partial class CausalConv1d
{
    /// <summary>
    /// An item is a block of channels over a run of tokens: the block's weights are turned tap-major once on the stack, then every token reads its K rows
    /// in order k = 0 … K - 1 (the first product alone, the others fused). Deterministic; tokens are independent. Twin: <c>CausalConv1dReference</c>.
    /// </summary>
    private unsafe struct Kernel : ISimdKernel
    {
        private const int ChannelsAtOnce = 128;
        private const int TokensAtOnce = 32;

        public RowView Input;
        public RowView Output;
        public byte* Weight;
        public int* Borders;
        public nint* States;
        public int Sequences;
        public int Heads;
        public int Width;
        public int KernelSize;
        public int Tokens;

        /// <summary>Blocks of channels times runs of tokens.</summary>
        public readonly long Items => (long)Heads * Blocks * ((Tokens + TokensAtOnce - 1) / TokensAtOnce);

        /// <summary>
        /// About: half an element a tap and two for SiLU, all in the first caches. A token of 4096 channels takes a few microseconds, less than it takes to wake a thread.
        /// </summary>
        public readonly long ElementsAnItem => (2L + (KernelSize / 2)) * Math.Min(Width, ChannelsAtOnce) * Math.Min(Tokens, TokensAtOnce);

        private readonly int Blocks => (Width + ChannelsAtOnce - 1) / ChannelsAtOnce;

        [SkipLocalsInit]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<TSimd, TVector>(int begin, int end)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            var weights = stackalloc float[ChannelsAtOnce * KernelSize];
            var zeros = stackalloc float[ChannelsAtOnce];
            var taps = stackalloc byte*[KernelSize];
            new Span<float>(zeros, ChannelsAtOnce).Clear();
            for (var item = begin; item < end; item++)
            {
                var block = Locate(item, out var firstToken, out var lastToken);
                TurnWeights((float*)Weight + (block.Channel * (long)KernelSize), block.Count, weights);
                var sequence = SequenceOf(firstToken);
                for (var token = firstToken; token < lastToken; token++)
                {
                    sequence = Taps(token, sequence, block, sizeof(float), (byte*)zeros, taps);
                    var y = (float*)Output.Row(token) + block.Channel;
                    var done = block.Count & -TSimd.Count;
                    Row<TSimd, TVector>((float**)taps, weights, y, 0, done);
                    Row<SimdScalar, float>((float**)taps, weights, y, done, block.Count);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void RunDouble(int begin, int end)
        {
            var zeros = stackalloc double[ChannelsAtOnce];
            var taps = stackalloc byte*[KernelSize];
            for (var item = begin; item < end; item++)
            {
                var block = Locate(item, out var firstToken, out var lastToken);
                var sequence = SequenceOf(firstToken);
                for (var token = firstToken; token < lastToken; token++)
                {
                    sequence = Taps(token, sequence, block, sizeof(double), (byte*)zeros, taps);
                    var y = (double*)Output.Row(token) + block.Channel;
                    for (var c = 0; c < block.Count; c++)
                    {
                        var weight = (double*)Weight + ((block.Channel + c) * (long)KernelSize);
                        var sum = ((double*)taps[0])[c] * weight[0];
                        for (var k = 1; k < KernelSize; k++)
                        {
                            sum = Math.FusedMultiplyAdd(((double*)taps[k])[c], weight[k], sum);
                        }

                        y[c] = DoubleMath.Silu(sum);
                    }
                }
            }
        }

        /// <summary>Turns a block's weights tap-major: most of the time of a single token.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void TurnWeights(float* weight, int channels, float* turned)
        {
            var c = 0;
            if (KernelSize == 4 && Vector512.IsHardwareAccelerated)
            {
                var order = Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
                for (; c + 4 <= channels; c += 4)
                {
                    var taps = Vector512.Shuffle(Vector512.Load(weight + (4 * c)), order);
                    taps.GetLower().GetLower().Store(turned + c);
                    taps.GetLower().GetUpper().Store(turned + ChannelsAtOnce + c);
                    taps.GetUpper().GetLower().Store(turned + (2 * ChannelsAtOnce) + c);
                    taps.GetUpper().GetUpper().Store(turned + (3 * ChannelsAtOnce) + c);
                }
            }

            for (; c < channels; c++)
            {
                for (var k = 0; k < KernelSize; k++)
                {
                    turned[(k * ChannelsAtOnce) + c] = weight[(c * KernelSize) + k];
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Row<TSimd, TVector>(float** taps, float* weights, float* y, int begin, int end)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            for (var c = begin; c < end; c += TSimd.Count)
            {
                var sum = TSimd.Multiply(TSimd.Load(taps[0] + c), TSimd.Load(weights + c));
                for (var k = 1; k < KernelSize; k++)
                {
                    sum = TSimd.Fma(TSimd.Load(taps[k] + c), TSimd.Load(weights + (k * ChannelsAtOnce) + c), sum);
                }

                TSimd.Store(SimdMath.Silu<TSimd, TVector>(sum), y + c);
            }
        }

        private readonly ChannelBlock Locate(int item, out int firstToken, out int lastToken)
        {
            var (run, rest) = Math.DivRem(item, Heads * Blocks);
            var (head, block) = Math.DivRem(rest, Blocks);
            firstToken = run * TokensAtOnce;
            lastToken = Math.Min(firstToken + TokensAtOnce, Tokens);
            var inHead = block * ChannelsAtOnce;
            return new ChannelBlock(head, inHead, (head * Width) + inHead, Math.Min(ChannelsAtOnce, Width - inHead));
        }

        private readonly int SequenceOf(int token)
        {
            // The last border that is not after the token.
            var (low, high) = (0, Sequences);
            while (high - low > 1)
            {
                var middle = (low + high) / 2;
                (low, high) = Borders[middle] <= token ? (middle, high) : (low, middle);
            }

            return low;
        }

        /// <summary>Where the K inputs of a token lie: in the input, in the state, or nowhere (zeros).</summary>
        private readonly int Taps(int token, int sequence, in ChannelBlock block, int bytes, byte* zeros, byte** taps)
        {
            while (token >= Borders[sequence + 1])
            {
                sequence++;
            }

            var first = Borders[sequence];
            for (var k = 0; k < KernelSize; k++)
            {
                var source = token - KernelSize + 1 + k;
                if (source >= first)
                {
                    taps[k] = Input.Row(((long)source * Heads) + block.Head) + (block.InHead * (long)bytes);
                }
                else if (States != null)
                {
                    var row = source - first + KernelSize - 1;
                    taps[k] = (byte*)States[sequence] + (((row * (long)Heads * Width) + block.Channel) * bytes);
                }
                else
                {
                    taps[k] = zeros;
                }
            }

            return sequence;
        }
    }

    /// <summary>Neighbouring channels of one head.</summary>
    private readonly record struct ChannelBlock(int Head, int InHead, int Channel, int Count);
}
