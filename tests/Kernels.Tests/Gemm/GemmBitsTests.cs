using PlamoNative.Engine;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>Nothing but the operands decides the bits: not threads, not vectors, not the other rows of a decoded batch. And nothing is allocated.</summary>
public sealed class GemmBitsTests
{
    public static TheoryData<DType> Formats => new()
    {
        DType.Float32, DType.BFloat16, DType.Float16, DType.Q8_0, DType.Q4_0, DType.Q4_K, DType.Q5_K, DType.Q6_K,
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public void Every_vector_width_gives_the_same_bits(DType format)
    {
        using var workers = new WorkerPool(1);
        foreach (var (m, n, k) in new[] { (1, 19, 512), (4, 5, 256), (7, 9, 256), (17, 33, 256), (24, 32, 256), (29, 45, 512) })
        {
            using var buffers = new GemmBuffers(m, n, k, format, seed: m);
            var expected = buffers.Run(VectorWidth.Bits512, workers, accumulate: true);
            Assert.Equal(expected, buffers.Run(VectorWidth.Bits256, workers, accumulate: true));
            Assert.Equal(expected, buffers.Run(VectorWidth.Bits128, workers, accumulate: true));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Every_thread_count_gives_the_same_bits(DType format)
    {
        using var one = new WorkerPool(1);
        using var three = new WorkerPool(3);
        using var seven = new WorkerPool(7);
        foreach (var (m, n, k) in new[] { (1, 300, 256), (3, 70, 256), (64, 40, 256), (200, 1, 256), (50, 300, 512) })
        {
            using var buffers = new GemmBuffers(m, n, k, format, seed: n);
            var expected = buffers.Run(VectorWidths.Widest, one);
            Assert.Equal(expected, buffers.Run(VectorWidths.Widest, three));
            Assert.Equal(expected, buffers.Run(VectorWidths.Widest, seven));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public unsafe void A_row_decoded_in_a_batch_has_the_bits_that_it_has_alone(DType format)
    {
        using var workers = new WorkerPool(2);
        for (var m = 2; m <= GemmSchedule.DotRows; m++)
        {
            using var buffers = new GemmBuffers(m, 21, 256, format, seed: m);
            var batch = buffers.Run(VectorWidths.Widest, workers);
            for (var r = 0; r < m; r++)
            {
                buffers.Reset();
                var alone = buffers.Problem(VectorWidths.Widest, accumulate: false);
                alone.M = 1;
                alone.X = buffers.X + (r * buffers.XStride);
                Gemm.Run(alone, workers);
                Assert.Equal(batch[(r * 21)..((r + 1) * 21)], buffers.Bits()[..21]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Nothing_is_allocated_once_a_shape_has_been_seen(DType format)
    {
        using var workers = new WorkerPool(1);
        foreach (var m in new[] { 1, 3, 40 })
        {
            using var buffers = new GemmBuffers(m, 50, 256, format, seed: m);
            var problem = buffers.Problem(VectorWidths.Widest, accumulate: false);
            Gemm.Run(problem, workers);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Gemm.Run(problem, workers);
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
            if (Int8ActivationGemm.IsSupported(format))
            {
                Int8ActivationGemm.Run(problem, workers);
                before = GC.GetAllocatedBytesForCurrentThread();
                Int8ActivationGemm.Run(problem, workers);
                Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
            }
        }
    }
}
