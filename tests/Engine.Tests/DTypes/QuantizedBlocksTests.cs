using System.Runtime.InteropServices;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Engine.Tests.DTypes;

public class QuantizedBlocksTests
{
    [Theory]
    [InlineData(DType.Q8_0)]
    [InlineData(DType.Q4_0)]
    public void Bytes_and_values_equal_those_of_the_independent_implementation(DType dtype)
    {
        var folder = SharedData.Require("oracle/training/quant");
        using var matrix = SafetensorsFile.Open(Path.Combine(folder, "matrix.safetensors"));
        using var golden = SafetensorsFile.Open(Path.Combine(folder, $"{dtype.Name()}.safetensors"));
        var values = MemoryMarshal.Cast<byte, float>(matrix.Entries.Single().Span);
        var blocks = new byte[QuantizedBlocks.Bytes(dtype, values.Length)];
        QuantizedBlocks.Quantize(dtype, values, blocks);
        Assert.True(blocks.AsSpan().SequenceEqual(golden.Get("bytes").Span));
        var back = new float[values.Length];
        QuantizedBlocks.Dequantize(dtype, blocks, back);
        Assert.True(MemoryMarshal.AsBytes<float>(back).SequenceEqual(golden.Get("values").Span));
    }

    [Theory]
    [InlineData(DType.Q8_0)]
    [InlineData(DType.Q4_0)]
    public void Any_split_into_rows_gives_the_same_bytes(DType dtype)
    {
        var values = Values(1, 32 * 7);
        var whole = new byte[QuantizedBlocks.Bytes(dtype, values.Length)];
        QuantizedBlocks.Quantize(dtype, values, whole);
        var parts = new byte[whole.Length];
        for (var row = 0; row < 7; row++)
        {
            QuantizedBlocks.Quantize(dtype, values.AsSpan(row * 32, 32), parts.AsSpan(row * dtype.BlockBytes()));
        }

        Assert.Equal(whole, parts);
    }

    [Theory]
    [InlineData(DType.Q8_0)]
    [InlineData(DType.Q4_0)]
    public void Zeros_infinities_NaN_and_the_smallest_floats_do_no_harm(DType dtype)
    {
        foreach (var value in new[] { 0f, -0f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, float.MaxValue })
        {
            var values = new float[32];
            values[5] = value;
            var blocks = new byte[dtype.BlockBytes()];
            QuantizedBlocks.Quantize(dtype, values, blocks);
            QuantizedBlocks.Dequantize(dtype, blocks, values);
            if (value == 0)
            {
                Assert.All(values, static zero => Assert.Equal(0f, zero));
            }
        }
    }

    [Theory]
    [InlineData(DType.Q4_K)]
    [InlineData(DType.Q5_K)]
    [InlineData(DType.Q6_K)]
    public void Blocks_of_256_expand_to_what_their_bits_say(DType dtype)
    {
        var random = new Random(3);
        var (d, dmin) = ((Half)0.037f, (Half)0.011f);
        var codeLimit = dtype switch { DType.Q4_K => 16, DType.Q5_K => 32, _ => 64 };
        var codes = Enumerable.Range(0, 256).Select(_ => random.Next(codeLimit)).ToArray();
        var scales = Enumerable.Range(0, 16).Select(_ => dtype == DType.Q6_K ? random.Next(-128, 128) : random.Next(64)).ToArray();
        var minima = Enumerable.Range(0, 8).Select(_ => random.Next(64)).ToArray();
        var block = dtype == DType.Q6_K ? BlockPacker.PackQ6_K(d, scales, codes) : BlockPacker.PackWithMinima(dtype, d, dmin, scales, minima, codes);
        var twice = block.Concat(block).ToArray();
        var values = new float[512];
        QuantizedBlocks.Dequantize(dtype, twice, values);
        for (var i = 0; i < 512; i++)
        {
            var k = i % 256;
            var expected = dtype == DType.Q6_K
                ? (double)d * scales[k / 16] * (codes[k] - 32)
                : ((double)d * scales[k / 32] * codes[k]) - ((double)dmin * minima[k / 32]);
            Assert.Equal((float)expected, values[i]);
        }
    }

    [Fact]
    public void Partial_blocks_short_buffers_and_other_types_are_refused()
    {
        Assert.Throws<ArgumentException>(() => QuantizedBlocks.Quantize(DType.Q8_0, new float[31], new byte[34]));
        Assert.Throws<ArgumentException>(() => QuantizedBlocks.Quantize(DType.Q8_0, new float[64], new byte[67]));
        Assert.Throws<ArgumentException>(() => QuantizedBlocks.Dequantize(DType.Q6_K, new byte[209], new float[256]));
        Assert.Throws<ArgumentException>(() => QuantizedBlocks.Quantize(DType.Q4_K, new float[256], new byte[144]));
        Assert.Throws<ArgumentException>(() => QuantizedBlocks.Quantize(DType.Float32, new float[1], new byte[4]));
    }

    internal static float[] Values(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * 4f)];
    }
}
