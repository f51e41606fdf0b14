using PlamoNative.Engine;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class EmbeddingBackwardTests
{
    [Theory]
    [InlineData(0, 3, 8)]
    [InlineData(1, 1, 1)]
    [InlineData(40, 7, 13)]
    [InlineData(97, 11, 130)]
    [InlineData(300, 50, 512)]
    public void Rows_are_added_to_their_tokens_in_order(int tokens, int vocabulary, int width)
    {
        var random = new Random(tokens);
        int[] rows = [.. Enumerable.Range(0, tokens).Select(_ => random.Next(vocabulary))];
        var dy = TensorValues.Normal(1, (long)tokens * width);
        var before = TensorValues.Normal(2, (long)vocabulary * width);
        var exact = (double[])before.Clone();
        var single = Array.ConvertAll(before, value => (float)value);
        for (var i = 0; i < dy.Length; i++)
        {
            var at = (rows[i / width] * width) + (i % width);
            exact[at] += dy[i];
            single[at] += (float)dy[i];
        }

        OperatorHarness.Check(
            $"{tokens} tokens", new Shape(vocabulary, width), exact, Array.ConvertAll(single, value => (double)value), tokens, (device, dtype, output) =>
            {
                using var gradient = TensorValues.Strided(device, new Shape(tokens, width), dtype, dy, 3);
                GradientChecks.Fill(output, before);
                EmbeddingBackward.Run(rows, gradient, output);
                if (dtype == DType.Float32)
                {
                    OperatorHarness.AssertSameBits("token order", Array.ConvertAll(single, value => (double)value), TensorValues.ToDoubles(output));
                }
            });
    }

    [Fact]
    public void Nothing_is_allocated_and_a_token_outside_of_the_table_is_refused()
    {
        using var device = new CpuDevice(1);
        using var gradient = TensorValues.From(device, new Shape(2, 4), DType.Float32, new double[8]);
        using var table = TensorValues.From(device, new Shape(3, 4), DType.Float32, new double[12]);
        GradientChecks.AssertNoAllocation(() => EmbeddingBackward.Run([2, 0], gradient, table));
        Assert.Throws<ArgumentOutOfRangeException>(() => EmbeddingBackward.Run([0, 3], gradient, table));
        Assert.Throws<ArgumentOutOfRangeException>(() => EmbeddingBackward.Run([-1, 0], gradient, table));
        Assert.Throws<ShapeMismatchException>(() => EmbeddingBackward.Run([0], gradient, table));
    }
}
