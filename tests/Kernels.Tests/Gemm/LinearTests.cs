using PlamoNative.Engine;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>The linear layer's product against float64 and against its plain twins.</summary>
public sealed class LinearTests
{
    /// <summary>Sizes that divide nothing: 0, 1, primes, tiles of 12 x 32 and blocks of 256 plus and minus one.</summary>
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 0, 5, 7 }, { 5, 0, 7 }, { 5, 7, 0 }, { 1, 1, 1 }, { 1, 33, 64 }, { 2, 31, 63 }, { 3, 7, 65 }, { 4, 40, 127 }, { 5, 3, 129 }, { 7, 17, 200 }, { 8, 65, 31 },
        { 9, 1, 1 }, { 11, 31, 255 }, { 12, 32, 256 }, { 13, 33, 257 }, { 23, 127, 19 }, { 24, 128, 16 }, { 25, 129, 17 }, { 37, 61, 523 }, { 97, 5, 3 }, { 16, 131, 1 },
        { 17, 1, 1 }, { 18, 31, 255 }, { 20, 32, 256 }, { 21, 33, 257 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_storage_type_meets_float64_within_the_bound_of_its_summation(int m, int n, int k)
    {
        using var workers = new WorkerPool(2);
        foreach (var format in new[] { DType.Float32, DType.BFloat16, DType.Float16 })
        {
            foreach (var accumulate in new[] { false, true })
            {
                using var buffers = new GemmBuffers(m, n, k, format, seed: (m * 31) + (n * 7) + k);
                buffers.Run(VectorWidths.Widest, workers, accumulate);
                buffers.AssertNearReference(accumulate);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_element_has_the_bits_of_its_plain_twin(int m, int n, int k)
    {
        using var workers = new WorkerPool(1);
        using var buffers = new GemmBuffers(m, n, k, DType.Float32, seed: m + n + k);
        foreach (var accumulate in new[] { false, true })
        {
            var bits = buffers.Run(VectorWidths.Widest, workers, accumulate);
            for (var i = 0; i < bits.Length; i++)
            {
                var (r, c) = (i / n, i % n);
                var start = accumulate ? buffers.Initial[(r * buffers.YStride) + c] : 0f;
                var expected = m > GemmSchedule.DotRows
                    ? GemmReference.Chain(buffers.XRow(r), buffers.WRow(c), start)
                    : accumulate ? start + GemmReference.Dot(buffers.XRow(r), buffers.WRow(c)) : GemmReference.Dot(buffers.XRow(r), buffers.WRow(c));
                if (k > 0)
                {
                    Assert.Equal(BitConverter.SingleToUInt32Bits(expected), bits[i]);
                }
            }
        }
    }

    [Fact]
    public void Depth_and_rows_beyond_one_packed_block_continue_the_same_chains()
    {
        using var workers = new WorkerPool(2);
        using var deep = new GemmBuffers(17, 3, GemmSchedule.PackedDepth(17) + 300, DType.Float32, seed: 1);
        var bits = deep.Run(VectorWidths.Widest, workers);
        for (var i = 0; i < bits.Length; i++)
        {
            Assert.Equal(BitConverter.SingleToUInt32Bits(GemmReference.Chain(deep.XRow(i / 3), deep.WRow(i % 3), 0f)), bits[i]);
        }

        using var tall = new GemmBuffers(GemmSchedule.BlockM + 13, 3, 5, DType.Float32, seed: 2);
        tall.Run(VectorWidths.Widest, workers);
        tall.AssertNearReference(accumulate: false);
    }

    [Fact]
    public unsafe void Halves_that_are_not_finite_or_subnormal_keep_their_value()
    {
        using var workers = new WorkerPool(1);
        for (var pattern = 0; pattern <= ushort.MaxValue; pattern += 1024)
        {
            var w = new ushort[1024];
            for (var i = 0; i < w.Length; i++)
            {
                w[i] = (ushort)(pattern + i);
            }

            var one = 1f;
            var y = new float[1024];
            fixed (ushort* pw = w)
            fixed (float* py = y)
            {
                Gemm.Linear(&one, 1, 1, 1, pw, DType.Float16, 1024, py, 1024, accumulate: false, workers);
            }

            for (var i = 0; i < w.Length; i++)
            {
                // The chains start from +0, so -0 comes out as +0; NaN stays NaN.
                Assert.Equal((float)BitConverter.UInt16BitsToHalf(w[i]) + 0f, y[i]);
            }
        }
    }

    [Fact]
    public unsafe void Wrong_sizes_and_storage_types_are_refused()
    {
        using var workers = new WorkerPool(1);
        Assert.Throws<ShapeMismatchException>(() => Gemm.Linear(null, 1, -1, 1, null, DType.Float32, 1, null, 1, false, workers));
        Assert.Throws<ShapeMismatchException>(() => Gemm.Linear(null, 3, 2, 4, null, DType.Float32, 1, null, 1, false, workers));
        Assert.Throws<ShapeMismatchException>(() => Gemm.Linear(null, 33, 1, 33, null, DType.Q8_0, 1, null, 1, false, workers));
        Assert.Throws<ShapeMismatchException>(() => Gemm.Multiply(true, false, 4, 4, 4, null, 3, null, 4, null, 4, false, workers));
        Assert.Throws<DTypeMismatchException>(() => Gemm.Linear(null, 1, 1, 1, null, DType.Int32, 1, null, 1, false, workers));
    }
}
