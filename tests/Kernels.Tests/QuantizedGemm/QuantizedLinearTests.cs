using PlamoNative.Engine;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>Block-quantised weights: each value exactly what the layout says, each product the bits of the same product over unpacked weights.</summary>
public sealed class QuantizedLinearTests
{
    public static TheoryData<DType> Formats => new() { DType.Q8_0, DType.Q4_0, DType.Q4_K, DType.Q5_K, DType.Q6_K };

    [Theory]
    [MemberData(nameof(Formats))]
    public unsafe void Every_unpacker_gives_exactly_the_value_of_the_layout(DType format)
    {
        var random = new Random(5);
        var bytes = TestWeights.Make(format, 7, 512, random, out var values);
        var unpacked = new float[512];
        foreach (var width in Enum.GetValues<VectorWidth>())
        {
            var unpack = WeightUnpacking.For(format, width);
            for (var row = 0; row < 7; row++)
            {
                fixed (float* to = unpacked)
                {
                    var first = row % 2 * 256;
                    unpack(bytes + (row * format.Bytes(512)), first, 512 - first, to);
                    for (var i = first; i < 512; i++)
                    {
                        Assert.Equal(values[(row * 512) + i], to[i - first]);
                    }
                }
            }
        }

        System.Runtime.InteropServices.NativeMemory.AlignedFree(bytes);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Products_have_the_bits_of_their_plain_twins(DType format)
    {
        using var workers = new WorkerPool(2);
        var block = format.BlockSize();
        foreach (var (m, n, k) in new[] { (1, 1, block), (1, 37, 3 * block), (2, 5, 5 * block), (8, 6, 2 * block), (7, 3, 0), (33, 35, block), (34, 33, 3 * block), (61, 1, 2 * block) })
        {
            using var buffers = new GemmBuffers(m, n, k, format, seed: m + n);
            foreach (var accumulate in new[] { false, true })
            {
                var bits = buffers.Run(VectorWidths.Widest, workers, accumulate);
                for (var i = 0; i < bits.Length && k > 0; i++)
                {
                    var (r, c) = (i / n, i % n);
                    var start = accumulate ? buffers.Initial[(r * buffers.YStride) + c] : 0f;
                    var expected = m > GemmSchedule.DotRows
                        ? GemmReference.Chain(buffers.XRow(r), buffers.WRow(c), start)
                        : accumulate ? start + GemmReference.Dot(buffers.XRow(r), buffers.WRow(c)) : GemmReference.Dot(buffers.XRow(r), buffers.WRow(c));
                    Assert.Equal(BitConverter.SingleToUInt32Bits(expected), bits[i]);
                }

                buffers.AssertNearReference(accumulate);
            }
        }
    }

    [Theory]
    [InlineData(DType.Q8_0, 0x7C00)]
    [InlineData(DType.Q8_0, 0xFE01)]
    [InlineData(DType.Q4_0, 0xFC00)]
    [InlineData(DType.Q4_0, 0x7E00)]
    public unsafe void A_scale_that_is_not_finite_makes_its_row_NaN_and_leaves_the_others_alone(DType format, int scale)
    {
        using var workers = new WorkerPool(1);
        const int rows = 9;
        const int depth = 160;
        foreach (var width in Enum.GetValues<VectorWidth>())
        {
            for (var row = 0; row < rows; row += 4)
            {
                using var buffers = new GemmBuffers(1, rows, depth, format, seed: 3);
                var expected = buffers.Run(width, workers);
                var problem = buffers.Problem(width, accumulate: false);
                *(ushort*)(problem.W + (row * problem.WRowBytes) + (3 * format.BlockBytes())) = (ushort)scale;
                var bits = buffers.Run(width, workers);
                for (var i = 0; i < rows; i++)
                {
                    if (i == row)
                    {
                        Assert.True(float.IsNaN(BitConverter.UInt32BitsToSingle(bits[i])));
                    }
                    else
                    {
                        Assert.Equal(expected[i], bits[i]);
                    }
                }
            }
        }
    }
}
