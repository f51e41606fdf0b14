using PlamoNative.Engine;
using Xunit;

namespace PlamoNative.Tests.Engine;

public sealed class PhiloxTests
{
    [Theory]
    [InlineData(0ul, 0ul, 0ul, 0xe169c58d6627e8d5ul, 0x9b00dbd8bc57ac4cul)]
    [InlineData(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, 0x41c83b0e408f276dul, 0x6d5451fda20bc7c6ul)]
    [InlineData(0x85a308d3243f6a88ul, 0x0370734413198a2eul, 0x299f31d0a4093822ul, 0x94fdccebd16cfe09ul, 0x24126ea15001e420ul)]
    public void Blocks_are_the_published_ones(ulong counterLow, ulong counterHigh, ulong key, ulong low, ulong high) =>
        Assert.Equal((low, high), new Philox(key, counterHigh).Block(counterLow));

    [Fact]
    public void Uniform_numbers_lie_in_the_unit_interval_with_its_mean_and_variance()
    {
        var random = new Philox(1, 2);
        var values = Enumerable.Range(0, 20000).Select(i => random.Uniform((ulong)i)).ToArray();
        Assert.All(values, static v => Assert.True(v is >= 0 and < 1));
        Assert.InRange(values.Average(), 0.49, 0.51);
        Assert.InRange(values.Average(static v => v * v), 0.323, 0.343);
    }

    [Fact]
    public void Normal_deviates_have_the_moments_and_tails_of_the_normal_distribution()
    {
        var values = new double[100_000];
        new Philox(3, 4).Normal(0, values);
        Assert.InRange(values.Average(), -0.01, 0.01);
        Assert.InRange(values.Average(static v => v * v), 0.98, 1.02);
        Assert.InRange(values.Average(static v => v * v * v * v), 2.85, 3.15);
        Assert.InRange(values.Count(static v => Math.Abs(v) > 1.959964) / 100_000.0, 0.047, 0.053);
        Assert.InRange(values.Zip(values.Skip(1), static (a, b) => a * b).Average(), -0.01, 0.01);
    }

    [Fact]
    public void A_part_of_a_stream_is_the_same_whoever_makes_it()
    {
        var random = new Philox(5, 6);
        var whole = new double[101];
        random.Normal(0, whole);
        foreach (var (start, length) in ((int, int)[])[(0, 1), (1, 1), (1, 4), (2, 3), (37, 64), (99, 2)])
        {
            var part = new double[length];
            random.Normal((ulong)start, part);
            Assert.Equal(whole[start..(start + length)], part);
        }
    }

    [Fact]
    public void Portable_functions_are_accurate_to_a_few_units_in_the_last_place()
    {
        for (var i = 1; i < 4000; i++)
        {
            var x = Math.Pow(1.31, (i - 2000) / 40.0) * (1 + (i / 7919.0));
            Assert.Equal(Math.Log(x), PortableMath.Log(x), 3e-15 * Math.Max(1, Math.Abs(Math.Log(x))));
            var e = (i - 2000) / 3.0;
            Assert.InRange(PortableMath.Exp(e), Math.Exp(e) * (1 - 4e-15), Math.Exp(e) * (1 + 4e-15));
            var (sin, cos) = PortableMath.SinCosOfTurns(i / 4000.0);
            Assert.Equal(Math.Sin(2 * Math.PI * (i / 4000.0)), sin, 1e-15);
            Assert.Equal(Math.Cos(2 * Math.PI * (i / 4000.0)), cos, 1e-15);
        }

        Assert.Equal(double.NegativeInfinity, PortableMath.Log(0));
        Assert.Equal(double.NaN, PortableMath.Log(-1));
        Assert.Equal((0, double.PositiveInfinity), (PortableMath.Exp(-1000), PortableMath.Exp(1000)));
    }
}
