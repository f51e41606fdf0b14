using Xunit;

namespace PlamoNative.Kernels.Tests;

[Collection(nameof(SimdWidth))]
public sealed unsafe class ReduceTests
{
    [Fact]
    public void All_widths_give_the_same_bits_for_every_length()
    {
        var random = new Random(3);
        var left = Enumerable.Range(0, 300).Select(_ => (random.NextSingle() - 0.5f) * MathF.Pow(10, random.Next(-6, 6))).ToArray();
        var right = Enumerable.Range(0, 300).Select(_ => random.NextSingle() - 0.5f).ToArray();
        for (var count = 0; count <= left.Length; count++)
        {
            var expected = At(1, left, right, count);
            foreach (var width in (int[])[4, 8, 16])
            {
                Assert.Equal(expected, At(width, left, right, count));
            }
        }
    }

    [Fact]
    public void Values_agree_with_plain_loops()
    {
        var random = new Random(4);
        var x = Enumerable.Range(0, 1000).Select(_ => random.NextSingle() - 0.5f).ToArray();
        fixed (float* p = x)
        {
            Assert.Equal(x.Sum(v => (double)v), Reduce.Sum(p, x.Length), 1e-5);
            Assert.Equal(x.Sum(v => (double)v * v), Reduce.SumOfSquares(p, x.Length), 1e-5);
            Assert.Equal(x.Max(), Reduce.Max(p, x.Length));
            Assert.Equal(0f, Reduce.Sum(p, 0));
            Assert.Equal(float.NegativeInfinity, Reduce.Max(p, 0));
        }
    }

    private static (int Sum, int Squares, int Dot, int Max) At(int width, float[] left, float[] right, int count)
    {
        SimdWidth.Forced = width;
        try
        {
            fixed (float* l = left, r = right)
            {
                return (BitConverter.SingleToInt32Bits(Reduce.Sum(l, count)), BitConverter.SingleToInt32Bits(Reduce.SumOfSquares(l, count)), BitConverter.SingleToInt32Bits(Reduce.Dot(l, r, count)), BitConverter.SingleToInt32Bits(Reduce.Max(l, count)));
            }
        }
        finally
        {
            SimdWidth.Forced = 0;
        }
    }
}
