using PlamoNative.Engine;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>C = op(A) op(B) in all four forms.</summary>
public sealed class MultiplyTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public unsafe void Each_form_is_the_same_chain_over_k(bool transposeA, bool transposeB)
    {
        using var workers = new WorkerPool(2);
        foreach (var (m, n, k) in new[] { (1, 1, 1), (3, 5, 7), (9, 33, 40), (12, 32, 256), (13, 35, 300), (50, 131, 17) })
        {
            using var buffers = new GemmBuffers(m, n, k, DType.Float32, seed: m * n, xGap: 0);
            var a = transposeA ? Transpose(new ReadOnlySpan<float>(buffers.X, m * k), m, k) : new ReadOnlySpan<float>(buffers.X, m * k).ToArray();
            var b = transposeB ? buffers.Weights : Transpose(buffers.Weights, n, k);
            foreach (var accumulate in new[] { false, true })
            {
                buffers.Reset();
                fixed (float* pa = a)
                fixed (float* pb = b)
                {
                    Gemm.Multiply(
                        transposeA, transposeB, m, n, k, pa, transposeA ? m : k, pb, transposeB ? k : n, buffers.Y, buffers.YStride, accumulate, workers);
                }

                buffers.Bits();
                buffers.AssertNearReference(accumulate);
                var first = accumulate ? buffers.Initial[0] : 0f;
                if (m > GemmSchedule.DotRows || transposeA || !transposeB)
                {
                    Assert.Equal(GemmReference.Chain(buffers.XRow(0), buffers.WRow(0), first), buffers.Y[0]);
                }
            }
        }
    }

    [Theory]
    [InlineData(130, 96, 1100)]
    [InlineData(800, 40, 600)]
    [InlineData(61, 300, 520)]
    public unsafe void Operands_packed_for_all_threads_or_by_each_give_the_same_bits(int m, int n, int k)
    {
        using var one = new WorkerPool(1);
        using var two = new WorkerPool(2);
        using var five = new WorkerPool(5);
        using var buffers = new GemmBuffers(m, n, k, DType.Float32, seed: m, xGap: 0);
        var a = Transpose(new ReadOnlySpan<float>(buffers.X, m * k), m, k);
        var b = Transpose(buffers.Weights, n, k);
        var expected = Run(one, true, false);
        buffers.AssertNearReference(accumulate: true);
        Assert.Equal(GemmReference.Chain(buffers.XRow(m - 1), buffers.WRow(0), buffers.Initial[(m - 1) * buffers.YStride]), buffers.Y[(m - 1) * buffers.YStride]);
        foreach (var workers in (WorkerPool[])[one, two, five])
        {
            foreach (var (transposeA, transposeB) in (ReadOnlySpan<(bool, bool)>)[(true, false), (false, false), (false, true), (true, true)])
            {
                Assert.Equal(expected, Run(workers, transposeA, transposeB));
            }
        }

        uint[] Run(WorkerPool workers, bool transposeA, bool transposeB)
        {
            buffers.Reset();
            fixed (float* pa = a)
            fixed (float* pb = b)
            fixed (float* pw = buffers.Weights)
            {
                Gemm.Multiply(
                    transposeA, transposeB, m, n, k, transposeA ? pa : buffers.X, transposeA ? m : k, transposeB ? pw : pb, transposeB ? k : n, buffers.Y,
                    buffers.YStride, accumulate: true, workers);
            }

            return buffers.Bits();
        }
    }

    private static float[] Transpose(ReadOnlySpan<float> source, int rows, int columns)
    {
        var result = new float[source.Length];
        for (var i = 0; i < source.Length; i++)
        {
            result[((i % columns) * rows) + (i / columns)] = source[i];
        }

        return result;
    }
}
