using PlamoNative.Engine;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>The float64 linear layer.</summary>
public sealed class DoubleGemmTests
{
    [Fact]
    public unsafe void Every_element_has_the_bits_of_the_stated_order()
    {
        using var one = new WorkerPool(1);
        using var three = new WorkerPool(3);
        foreach (var (m, n, k) in new[] { (0, 3, 3), (1, 1, 1), (2, 5, 15), (3, 4, 16), (5, 7, 53), (4, 2, 0) })
        {
            var random = new Random(k);
            var x = Fill(m * (k + 1), random);
            var w = Fill(n * (k + 2), random);
            var start = Fill(m * n, random)[..(m * n)];
            foreach (var workers in new[] { one, three })
            {
                foreach (var accumulate in new[] { false, true })
                {
                    var y = (double[])start.Clone();
                    fixed (double* px = x, pw = w, py = y)
                    {
                        DoubleGemm.Linear(px, k + 1, m, k, pw, k + 2, n, py, n, accumulate, workers);
                    }

                    for (var i = 0; i < y.Length; i++)
                    {
                        var dot = Dot(x.AsSpan(i / n * (k + 1), k), w.AsSpan(i % n * (k + 2), k));
                        Assert.Equal(accumulate ? start[i] + dot : dot, y[i]);
                    }
                }
            }
        }
    }

    private static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> w)
    {
        Span<double> lanes = stackalloc double[16];
        lanes.Clear();
        for (var k = 0; k < x.Length; k++)
        {
            lanes[k % 16] = Math.FusedMultiplyAdd(x[k], w[k], lanes[k % 16]);
        }

        for (var half = 8; half > 0; half /= 2)
        {
            for (var i = 0; i < half; i++)
            {
                lanes[i] += lanes[i + half];
            }
        }

        return lanes[0];
    }

    private static double[] Fill(int count, Random random)
    {
        var values = new double[Math.Max(1, count)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = random.NextDouble() - 0.5;
        }

        return values;
    }
}
