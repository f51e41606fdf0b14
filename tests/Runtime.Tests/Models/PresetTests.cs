using PlamoNative.Engine;
using PlamoNative.Runtime.Models;
using Xunit;

namespace PlamoNative.Tests.Runtime.Models;

public sealed class PresetTests
{
    [Theory]
    [InlineData("plamo-2-1b", 1_291_441_920)]
    [InlineData("plamo-2-8b", 9_118_372_864)]
    [InlineData("plamo-2.1-8b", 9_528_235_008)]
    [InlineData("plamo-2.1-2b", 2_454_012_928)]
    public void Published_totals_come_out_to_the_parameter(string name, long count) =>
        Assert.Equal(count, MemoryEstimate.ParameterCount(Plamo2Presets.Get(name).Configuration));

    [Theory]
    [InlineData("plamo-2-nano", 1e6)]
    [InlineData("plamo-2-tiny", 10e6)]
    [InlineData("plamo-2-mini", 60e6)]
    [InlineData("plamo-2-31b", 30.8e9)]
    public void Small_and_inferred_presets_are_what_their_names_say(string name, double about) =>
        Assert.InRange(MemoryEstimate.ParameterCount(Plamo2Presets.Get(name).Configuration), 0.92 * about, 1.08 * about);

    [Fact]
    public void All_presets_are_valid_end_with_attention_and_say_what_is_inferred()
    {
        Assert.Equal(8, Plamo2Presets.All.Count);
        Assert.All(Plamo2Presets.All, static preset =>
        {
            var c = preset.Configuration.Validate();
            Assert.Equal(LayerKind.WindowAttention, c.LayerKinds()[^1]);
            Assert.NotEmpty(preset.Note);
        });
        Assert.True(Plamo2Presets.Get("plamo-2-31b").IsInferred);
        Assert.False(Plamo2Presets.Get("plamo-2-1b").IsInferred);
        var error = Assert.Throws<ConfigurationException>(() => Plamo2Presets.Get("plamo-9"));
        Assert.Contains("plamo-2-tiny", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_of_sequences_is_the_published_one_doubled_by_float32()
    {
        // The published figures are for bfloat16 keys and values: 134 MB at 32 768 tokens, 8.4 MB in a window of 2048; float32 states 8.39 MB.
        var c = Plamo2Presets.Get("plamo-2-1b").Configuration;
        var window = MemoryEstimate.Of(c, DType.BFloat16, contextLength: 32768);
        Assert.Equal(2 * 2048L * 4096, window.KvCache);
        Assert.Equal(8L * 4096 * 64 * sizeof(float), window.SsmState);
        Assert.Equal(8L * 4096 * 3 * sizeof(float), window.ConvState);
        var full = MemoryEstimate.Of(c with { FullAttentionLayers = [.. Enumerable.Range(0, 16)] }, DType.BFloat16, contextLength: 32768, sequences: 2);
        Assert.Equal(2 * 2 * 32768L * 4096, full.KvCache);
        Assert.InRange(window.Weights, 2_582_000_000, 2_590_000_000);
        Assert.True(MemoryEstimate.Of(c, DType.Q4_0, 100).Weights < 0.3 * window.Weights);
    }

    [Fact]
    public void The_longest_context_is_the_last_that_memory_holds()
    {
        var c = Plamo2Presets.Get("plamo-2-1b").Configuration;
        var full = c with { FullAttentionLayers = [.. Enumerable.Range(0, 16)] };
        const long Memory = 4L << 30;
        var longest = MemoryEstimate.LongestContext(full, DType.Float32, Memory);
        Assert.InRange(longest, 100_000, 1_000_000);
        Assert.InRange(MemoryEstimate.WithWeights(full, 0, DType.Float32, longest).Total, 0, Memory);
        Assert.True(MemoryEstimate.WithWeights(full, 0, DType.Float32, longest + 1).Total > Memory);

        // Windows do not grow: the class's own rule is what bounds them.
        Assert.Equal(c.MaxPositionEmbeddings, MemoryEstimate.LongestContext(c, DType.Float32, Memory));
        Assert.Equal(1, MemoryEstimate.LongestContext(full, DType.Float32, 1));
        Assert.InRange(MemoryEstimate.LongestContext(full with { MaxPositionEmbeddings = long.MaxValue }, DType.Float32, Memory), longest, longest);
    }
}
