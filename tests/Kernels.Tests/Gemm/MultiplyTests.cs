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
