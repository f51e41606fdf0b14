using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class LogitsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(65)]
    [InlineData(1000)]
    [InlineData(5003)]
    public void Max_argmax_and_top_k_agree_with_sorting(int count)
    {
        // Few distinct values: most places are ties, which must go to the lower index.
        var random = new Random(count);
        var logits = Enumerable.Range(0, count).Select(_ => (float)random.Next(-20, 20)).ToArray();
        var sorted = logits.Select((value, index) => (value, index)).OrderByDescending(e => e.value).ThenBy(e => e.index).ToArray();
        Assert.Equal(sorted[0].index, Logits.ArgMax(logits));
        Assert.Equal(sorted[0].value, Logits.Max(logits));
        foreach (var k in (int[])[0, 1, 2, 17, 100, count])
        {
            var values = new float[k];
            var indices = new int[k];
            var found = Logits.TopK(logits, values, indices);
            Assert.Equal(Math.Min(k, count), found);
            for (var i = 0; i < found; i++)
            {
                Assert.Equal(sorted[i], (values[i], indices[i]));
            }
        }
    }

    [Fact]
    public void A_nan_is_never_chosen()
    {
        float[] logits = [float.NaN, 1, float.NaN, 3, 3, float.NegativeInfinity];
        var values = new float[6];
        var indices = new int[6];
        Assert.Equal(3, Logits.ArgMax(logits));
        Assert.Equal(4, Logits.TopK(logits, values, indices));
        Assert.Equal([3, 4, 1, 5], indices[..4]);
        Assert.Equal(0, Logits.ArgMax([float.NegativeInfinity, float.NegativeInfinity]));
        Assert.Throws<ArgumentException>(() => Logits.ArgMax([float.NaN]));
        Assert.Throws<ArgumentException>(() => Logits.ArgMax([]));
    }

    [Theory]
    [InlineData(1f)]
    [InlineData(0.3f)]
    [InlineData(2.5f)]
    public void Softmax_and_log_sum_exp_agree_with_float64(float temperature)
    {
        var logits = Array.ConvertAll(TensorValues.Normal(20, 10_007, 6), value => (float)value);
        logits[17] = float.NegativeInfinity;
        var probabilities = new float[logits.Length];
        Logits.Softmax(logits, temperature, probabilities);
        var exact = logits.Select(value => Math.Exp(value / (double)temperature)).ToArray();
        var sum = exact.Sum();
        Assert.True(Tolerance.RelativeError(exact.Select(e => e / sum).ToArray(), probabilities.Select(p => (double)p).ToArray()) < 1e-5);
        Assert.Equal(1, probabilities.Sum(p => (double)p), 1e-6);
        Assert.Equal(0, probabilities[17]);
        Assert.Equal(Math.Log(logits.Sum(value => Math.Exp(value))), Logits.LogSumExp(logits), 1e-7);
    }

    [Fact]
    public void All_widths_give_the_same_distribution()
    {
        var logits = Array.ConvertAll(TensorValues.Normal(21, 3001, 6), value => (float)value);
        var expected = new float[logits.Length];
        Logits.Softmax(logits, 0.7f, expected);
        var sum = Logits.LogSumExp(logits);
        foreach (var width in (int[])[1, 4, 8, 16])
        {
            SimdWidth.Forced = width;
            var actual = new float[logits.Length];
            Logits.Softmax(logits, 0.7f, actual);
            Assert.Equal(sum, Logits.LogSumExp(logits));
            SimdWidth.Forced = 0;
            Assert.Equal(expected, actual);
        }
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(-1f)]
    [InlineData(float.NaN)]
    public void A_temperature_that_is_not_positive_is_refused(float temperature) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Logits.Softmax([1f, 2f], temperature, new float[2]));
}
