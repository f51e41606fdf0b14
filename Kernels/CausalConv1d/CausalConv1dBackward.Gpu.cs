using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// The gradients of the causal convolution on a GPU, for filters of up to 64 taps. Shapes: input and inputGradient [tokens, heads, headWidth] of any token and head strides, channels =
/// heads · headWidth; weight [channels, taps], outputGradient [tokens, channels], partials [runs of tokens, channels, taps] dense, f32; borders [sequences + 1]. A block has 32 channels of
/// 32 tokens: 256 threads, 12.7 KB of static shared memory. First g = dy SiLU'(u) of these tokens and of those after them that their dx needs, u recomputed; then dx; then each tap's sum
/// over the tokens, in rising order. <see cref="PartialSumsKernels"/> adds up the partials: deterministic.
/// </summary>
internal static class CausalConv1dBackwardKernels
{
    /// <summary>Channels of a block.</summary>
    public const int Channels = 32;

    /// <summary>Tokens of a block.</summary>
    public const int Tokens = 32;

    private const int Warps = 8;
    private const int MostTokens = Tokens + CausalConv1d.MaxKernelSize - 1;

    /// <summary>Runs the operator. Grid: runs of tokens · blocks of channels.</summary>
    [GpuKernel(Channels * Warps)]
    public static void Run(
        ArrayView<float> input, HeadStrides inputHeads, ArrayView<float> weight, ArrayView<int> borders, ArrayView<float> outputGradient, ArrayView<float> inputGradient,
        HeadStrides gradientHeads, ArrayView<float> partials, int sequences, int heads, int headWidth, int taps)
    {
        var slopes = SharedMemory.Allocate<float>(MostTokens * Channels);
        var begins = SharedMemory.Allocate<int>(MostTokens);
        var ends = SharedMemory.Allocate<int>(Tokens);
        var channels = heads * headWidth;
        var blocks = (channels + Channels - 1) / Channels;
        var run = (int)((uint)Grid.IdxX / (uint)blocks);
        var channel = ((Grid.IdxX - (run * blocks)) * Channels) + (Group.IdxX & (Channels - 1));
        var warp = Group.IdxX / Channels;
        var lane = Group.IdxX & (Channels - 1);
        var tokens = borders[sequences];
        var first = run * Tokens;
        var last = tokens - first < Tokens ? tokens : first + Tokens;

        // Tokens behind the run count only in the sequence of its last token.
        var border = borders[Sequences.Of(borders, sequences, last - 1) + 1];
        var haloEnd = border - last < taps - 1 ? border : last + taps - 1;
        for (var t = first + Group.IdxX; t < haloEnd; t += Channels * Warps)
        {
            var sequence = Sequences.Of(borders, sequences, t);
            begins[t - first] = borders[sequence];
            if (t < last)
            {
                ends[t - first] = borders[sequence + 1];
            }
        }

        Group.Barrier();
        var isInside = channel < channels;
        var head = (int)((uint)channel / (uint)headWidth);
        var from = HeadStrides.At(inputHeads, 0, head) + (channel - (head * headWidth));
        var filter = (long)channel * taps;
        for (var t = first + warp; t < haloEnd && isInside; t += Warps)
        {
            var sum = 0f;
            for (var k = Skipped(taps, t, begins[t - first]); k < taps; k++)
            {
                sum = FastMath.Fma(input[from + ((t - taps + 1 + k) * inputHeads.Token)], weight[filter + k], sum);
            }

            var slope = SiluGradient.Slope<DeviceScalar, float>(sum, out _);
            slopes[((t - first) * Channels) + lane] = FastMath.Multiply(outputGradient[((long)t * channels) + channel], slope);
        }

        Group.Barrier();
        var to = HeadStrides.At(gradientHeads, 0, head) + (channel - (head * headWidth));
        for (var t = first + warp; t < last && isInside; t += Warps)
        {
            var reached = ends[t - first] - t < taps ? ends[t - first] - t : taps;
            var sum = 0f;
            for (var j = 0; j < reached; j++)
            {
                sum = FastMath.Fma(slopes[((t - first + j) * Channels) + lane], weight[filter + taps - 1 - j], sum);
            }

            inputGradient[to + (t * gradientHeads.Token)] = sum;
        }

        for (var k = warp; k < taps && isInside; k += Warps)
        {
            var sum = 0f;
            for (var t = first; t < last; t++)
            {
                if (k >= Skipped(taps, t, begins[t - first]))
                {
                    sum = FastMath.Fma(slopes[((t - first) * Channels) + lane], input[from + ((t - taps + 1 + k) * inputHeads.Token)], sum);
                }
            }

            partials[((((long)run * channels) + channel) * taps) + k] = sum;
        }
    }

    /// <summary>Taps of a token that reach before its sequence.</summary>
    private static int Skipped(int taps, int token, int begin) => taps - 1 - (token - begin) > 0 ? taps - 1 - (token - begin) : 0;
}
