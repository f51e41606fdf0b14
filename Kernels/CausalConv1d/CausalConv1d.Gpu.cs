using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// Depthwise causal convolution and SiLU on a GPU. Shapes: input [tokens, heads, headWidth] of any token and head strides, channels = heads · headWidth; weight [channels, taps] and
/// output [tokens, channels] dense; borders [sequences + 1]; states: an address a sequence of [taps - 1, channels], or an empty view for zeros; all f32. A thread has a channel.
/// The sum of the processor, tap 0 first, and its bits.
/// </summary>
internal static class CausalConv1dKernels
{
    /// <summary>Threads of a block.</summary>
    public const int Threads = 128;

    /// <summary>Tokens that a thread of <see cref="FourTaps"/> goes through.</summary>
    public const int TokensAThread = 16;

    /// <summary>Any filter: a thread, an output. Grid: tokens · blocks of channels.</summary>
    [GpuKernel(Threads)]
    public static void Forward(
        ArrayView<float> input, HeadStrides inputHeads, ArrayView<float> weight, ArrayView<int> borders, ArrayView<long> states, ArrayView<float> output, int sequences, int heads, int headWidth,
        int taps, int hasStates)
    {
        var channels = heads * headWidth;
        var blocks = (channels + Threads - 1) / Threads;
        var token = (int)((uint)Grid.IdxX / (uint)blocks);
        var channel = ((Grid.IdxX - (token * blocks)) * Threads) + Group.IdxX;
        if (channel >= channels)
        {
            return;
        }

        var head = (int)((uint)channel / (uint)headWidth);
        var from = HeadStrides.At(inputHeads, 0, head) + (channel - (head * headWidth));
        var sequence = Sequences.Of(borders, sequences, token);
        var first = borders[sequence];
        var filter = (long)channel * taps;
        var sum = 0f;
        for (var k = 0; k < taps; k++)
        {
            var source = token - taps + 1 + k;
            var value = 0f;
            if (source >= first)
            {
                value = input[from + (source * inputHeads.Token)];
            }
            else if (hasStates != 0)
            {
                value = AddressMemory.Load(states[sequence] + (((((long)source - first + taps - 1) * channels) + channel) * sizeof(float)));
            }

            sum = k == 0 ? FastMath.Multiply(value, weight[filter]) : FastMath.Fma(value, weight[filter + k], sum);
        }

        output[((long)token * channels) + channel] = SimdMath.Silu<DeviceScalar, float>(sum);
    }

    /// <summary>Filters of four taps, which stay in registers with the last inputs over a run of tokens. Grid: runs of tokens · blocks of channels.</summary>
    [GpuKernel(Threads)]
    public static void FourTaps(
        ArrayView<float> input, HeadStrides inputHeads, ArrayView<Float4> weight, ArrayView<int> borders, ArrayView<long> states, ArrayView<float> output, int sequences, int heads,
        int headWidth, int hasStates)
    {
        var channels = heads * headWidth;
        var blocks = (channels + Threads - 1) / Threads;
        var run = (int)((uint)Grid.IdxX / (uint)blocks);
        var channel = ((Grid.IdxX - (run * blocks)) * Threads) + Group.IdxX;
        if (channel >= channels)
        {
            return;
        }

        var head = (int)((uint)channel / (uint)headWidth);
        var from = HeadStrides.At(inputHeads, 0, head) + (channel - (head * headWidth));
        var filter = weight[channel];
        var token = run * TokensAThread;
        var tokens = borders[sequences];
        var last = tokens - token < TokensAThread ? tokens : token + TokensAThread;
        var sequence = Sequences.Of(borders, sequences, token);
        var first = borders[sequence];
        var end = borders[sequence + 1];
        var state = hasStates != 0 ? states[sequence] + (channel * (long)sizeof(float)) : 0L;
        var x0 = Earlier(input, from, inputHeads.Token, token - 3, first, state, channels);
        var x1 = Earlier(input, from, inputHeads.Token, token - 2, first, state, channels);
        var x2 = Earlier(input, from, inputHeads.Token, token - 1, first, state, channels);
        for (; token < last; token++)
        {
            if (token >= end)
            {
                while (token >= end)
                {
                    sequence++;
                    end = borders[sequence + 1];
                }

                state = hasStates != 0 ? states[sequence] + (channel * (long)sizeof(float)) : 0L;
                x0 = Earlier(input, from, inputHeads.Token, token - 3, token, state, channels);
                x1 = Earlier(input, from, inputHeads.Token, token - 2, token, state, channels);
                x2 = Earlier(input, from, inputHeads.Token, token - 1, token, state, channels);
            }

            var x3 = input[from + (token * inputHeads.Token)];
            var sum = FastMath.Multiply(x0, filter.X);
            sum = FastMath.Fma(x1, filter.Y, sum);
            sum = FastMath.Fma(x2, filter.Z, sum);
            sum = FastMath.Fma(x3, filter.W, sum);
            output[((long)token * channels) + channel] = SimdMath.Silu<DeviceScalar, float>(sum);
            x0 = x1;
            x1 = x2;
            x2 = x3;
        }
    }

    /// <summary>A decode step, every sequence one token, and its states in one go. Grid: sequences · blocks of channels.</summary>
    [GpuKernel(Threads)]
    public static void Decode(
        ArrayView<float> input, HeadStrides inputHeads, ArrayView<float> weight, ArrayView<long> states, ArrayView<float> output, int heads, int headWidth, int taps)
    {
        var channels = heads * headWidth;
        var blocks = (channels + Threads - 1) / Threads;
        var token = (int)((uint)Grid.IdxX / (uint)blocks);
        var channel = ((Grid.IdxX - (token * blocks)) * Threads) + Group.IdxX;
        if (channel >= channels)
        {
            return;
        }

        var head = (int)((uint)channel / (uint)headWidth);
        var value = input[HeadStrides.At(inputHeads, token, head) + (channel - (head * headWidth))];
        var place = states[token] + (channel * (long)sizeof(float));
        var row = channels * (long)sizeof(float);
        var filter = (long)channel * taps;
        var sum = 0f;
        for (var k = 0; k < taps - 1; k++)
        {
            var kept = AddressMemory.Load(place + (k * row));
            sum = k == 0 ? FastMath.Multiply(kept, weight[filter]) : FastMath.Fma(kept, weight[filter + k], sum);
            if (k > 0)
            {
                AddressMemory.Store(place + ((k - 1) * row), kept);
            }
        }

        if (taps > 1)
        {
            AddressMemory.Store(place + ((taps - 2) * row), value);
            sum = FastMath.Fma(value, weight[filter + taps - 1], sum);
        }
        else
        {
            sum = FastMath.Multiply(value, weight[filter]);
        }

        output[((long)token * channels) + channel] = SimdMath.Silu<DeviceScalar, float>(sum);
    }

    /// <summary>States after the tokens: the last taps - 1 inputs, older ones from the state itself. Grid: sequences · blocks of channels; runs after the outputs.</summary>
    [GpuKernel(Threads)]
    public static void Advance(
        ArrayView<float> input, HeadStrides inputHeads, ArrayView<int> borders, ArrayView<long> states, int heads, int headWidth, int taps)
    {
        var channels = heads * headWidth;
        var blocks = (channels + Threads - 1) / Threads;
        var sequence = (int)((uint)Grid.IdxX / (uint)blocks);
        var channel = ((Grid.IdxX - (sequence * blocks)) * Threads) + Group.IdxX;
        if (channel >= channels)
        {
            return;
        }

        var head = (int)((uint)channel / (uint)headWidth);
        var first = borders[sequence];
        var length = borders[sequence + 1] - first;
        var from = HeadStrides.At(inputHeads, 0, head) + (channel - (head * headWidth));
        var place = states[sequence] + (channel * (long)sizeof(float));
        var row = channels * (long)sizeof(float);

        // What is read lies behind what is written, so one thread can move its channel down in place.
        for (var j = 0; j < taps - 1 && length > 0; j++)
        {
            var token = length - taps + 1 + j;
            var value = token < 0 ? AddressMemory.Load(place + ((length + j) * row)) : input[from + ((first + token) * inputHeads.Token)];
            AddressMemory.Store(place + (j * row), value);
        }
    }

    /// <summary>The input of a channel at a token before the current one: of the sequence, of its state, or zero.</summary>
    private static float Earlier(ArrayView<float> input, long from, long stride, int token, int first, long state, int channels)
    {
        if (token >= first)
        {
            return input[from + (token * stride)];
        }

        return state != 0 ? AddressMemory.Load(state + ((token - first + 3) * (long)channels * sizeof(float))) : 0f;
    }
}
