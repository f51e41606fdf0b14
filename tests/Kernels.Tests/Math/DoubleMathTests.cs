using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class DoubleMathTests
{
    [Theory]
    [InlineData(-745, 709)]
    [InlineData(-1, 1)]
    public void Exp_and_its_kin_agree_with_the_platform_to_a_few_ulp(double low, double high)
    {
        for (var i = 0; i <= 20_000; i++)
        {
            var x = low + ((high - low) * i / 20_000);
            AssertClose(Math.Exp(x), DoubleMath.Exp(x));
            AssertClose(Math.Log(Math.Abs(x) + 1e-300), DoubleMath.Log(Math.Abs(x) + 1e-300));
            if (x > -700)
            {
                AssertClose(1 / (1 + Math.Exp(-x)), DoubleMath.Sigmoid(x));
                AssertClose(x / (1 + Math.Exp(-x)), DoubleMath.Silu(x));
            }
        }
    }

    [Fact]
    public void Softplus_is_exact_at_both_ends()
    {
        AssertClose(Math.Exp(-100), DoubleMath.Softplus(-100));
        AssertClose(Math.Exp(-700), DoubleMath.Softplus(-700));
        AssertClose(Math.Log(2), DoubleMath.Softplus(0));
        AssertClose(Math.Log(1 + Math.E), DoubleMath.Softplus(1));
        Assert.Equal(1000, DoubleMath.Softplus(1000));
        Assert.True(double.IsNaN(DoubleMath.Softplus(double.NaN)));
        Assert.Equal(0, DoubleMath.Softplus(double.NegativeInfinity));
        Assert.Equal(double.PositiveInfinity, DoubleMath.Softplus(double.PositiveInfinity));
    }

    [Fact]
    public void Exp_and_log_map_special_values_to_their_limits()
    {
        Assert.Equal(0, DoubleMath.Exp(double.NegativeInfinity));
        Assert.Equal(double.PositiveInfinity, DoubleMath.Exp(double.PositiveInfinity));
        Assert.Equal(double.NegativeInfinity, DoubleMath.Log(0));
        Assert.Equal(double.PositiveInfinity, DoubleMath.Log(double.PositiveInfinity));
        Assert.True(double.IsNaN(DoubleMath.Log(-1)));
        AssertClose(Math.Log(double.Epsilon), DoubleMath.Log(double.Epsilon));
        Assert.Equal(0, DoubleMath.Silu(double.NegativeInfinity));
    }

    [Fact]
    public void Sine_and_cosine_are_right_up_to_positions_of_ten_million()
    {
        var random = new Random(5);
        for (var i = 0; i < 20_000; i++)
        {
            var angle = (i & 1) == 0 ? random.NextDouble() * 20 : random.NextDouble() * 2e7;
            var (sine, cosine) = DoubleMath.SinCos(angle, 0);
            Assert.Equal(Math.Sin(angle), sine, 4e-16);
            Assert.Equal(Math.Cos(angle), cosine, 4e-16);
        }
    }

    [Fact]
    public void The_low_part_of_an_angle_counts()
    {
        const double Low = 3e-10;
        var (sine, cosine) = DoubleMath.SinCos(1e7, Low);
        Assert.Equal(Math.Sin(1e7) + (Low * Math.Cos(1e7)), sine, 4e-16);
        Assert.Equal(Math.Cos(1e7) - (Low * Math.Sin(1e7)), cosine, 4e-16);
    }

    private static void AssertClose(double expected, double actual) =>
        Assert.True(Math.Abs(actual - expected) <= Math.Max(Math.Abs(expected) * 7e-16, 5e-324), $"{actual:R} instead of {expected:R}");
}
