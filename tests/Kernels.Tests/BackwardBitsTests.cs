using PlamoNative.Engine;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>A training step in small through every backward operator, compared with committed bits: another processor, or instruction sets switched off, must give them too.</summary>
public sealed class BackwardBitsTests
{
    private const int Tokens = 70;
    private const int Width = 48;

    [Fact]
    public void A_chain_of_backward_operators_has_its_committed_bits()
    {
        var expected = Run(1, 0);
        Assert.Equal("D7A4E8CB8EAAA819", BitHash.Of(expected));
        foreach (var (threads, width) in (ReadOnlySpan<(int, int)>)[(1, 1), (1, 4), (1, 8), (1, 16), (2, 0), (3, 0)])
        {
            Assert.Equal(expected, Run(threads, width));
        }
    }

    private static float[] Run(int threads, int width)
    {
        using var device = new CpuDevice(threads);
        SimdWidth.Forced = width;
        try
        {
            return Chain(device);
        }
        finally
        {
            SimdWidth.Forced = 0;
        }
    }

    private static float[] Chain(Device device)
    {
        int[] tokens = [.. Enumerable.Range(0, Tokens).Select(t => t * t % 31)];
        long[] positions = [.. Enumerable.Range(0, Tokens).Select(t => (long)t)];
        using var x = Values(1, Tokens, Width);
        using var gateUp = Values(2, Tokens, 2 * Width);
        using var norm = Values(3, Width);
        using var filter = Values(4, Width, 4);
        using var head = Values(5, 31, Width);
        using var losses = Tensor.Allocate(device, new Shape(Tokens), DType.Float64);
        using var logs = Tensor.Allocate(device, new Shape(Tokens), DType.Float64);
        using var dx = Values(0, Tokens, Width);
        using var dGateUp = Values(0, Tokens, 2 * Width);
        using var dConv = Values(0, Tokens, Width);
        using var dNorm = Values(0, Width);
        using var dFilter = Values(0, Width, 4);
        using var dHead = Values(0, 31, Width);
        LinearCrossEntropy.Forward(x, head, tokens, everyToken: false, losses, logs);
        LinearCrossEntropy.Backward(x, head, tokens, logs, Tokens, 0.01, 1, dx, dHead);
        SwiGluBackward.Run(gateUp, dx, dGateUp);
        using var half = dGateUp.Narrow(1, 0, Width);
        RmsNormBackward.Run(x, norm, 1, 1e-6, half, dx, accumulate: true, dNorm);
        CausalConv1dBackward.Run(x, filter, new SequenceOffsets(0, 7, 66, Tokens), dx, dConv, dFilter);
        using var heads = dConv.Reshape(new Shape(Tokens, 3, Width / 3));
        RotaryEmbeddingBackward.Run(heads, positions, 10000, heads);
        EmbeddingBackward.Run(tokens, dConv, dHead);
        using var m = Values(0, 31, Width);
        using var v = Values(0, 31, Width);
        var scale = GradientNorm.ClipFactor(GradientNorm.Of([dHead, dNorm, dFilter]), 0.5);
        AdamW.Step([new AdamWParameter(head, dHead, m, v, true)], new AdamWSettings(0.9, 0.95, 1e-8, 0.1), 1e-3, 1, scale);
        return Array.ConvertAll<double, float>([.. TensorValues.ToDoubles(head), .. TensorValues.ToDoubles(dNorm), .. TensorValues.ToDoubles(dFilter)], value => (float)value);

        // Seed 0: zeros. Others from integers only, so that every platform begins with the same bits.
        Tensor Values(int seed, params long[] sizes)
        {
            var shape = new Shape(sizes);
            return TensorValues.From(
                device, shape, DType.Float32, seed == 0 ? new double[shape.ElementCount] : TensorValues.Uniform(seed, shape.ElementCount));
        }
    }
}
