using PlamoNative.Engine;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>The mode with int8 activations: the stated chain of exact integer dot products, bit by bit, on every width and thread count.</summary>
public sealed class Int8ActivationTests
{
    private const int Group = 32;

    public static TheoryData<DType> Formats => new() { DType.Q8_0, DType.Q4_0, DType.Q4_K, DType.Q6_K };

    [Theory]
    [MemberData(nameof(Formats))]
    public void Products_have_the_bits_of_their_plain_twin_on_every_width_and_thread_count(DType format)
    {
        using var one = new WorkerPool(1);
        using var three = new WorkerPool(3);
        foreach (var (m, n, k) in new[] { (17, 1, 256), (20, 32, 256), (21, 33, 512), (31, 67, 768), (18, 3, 1024) })
        {
            using var buffers = new GemmBuffers(m, n, k, format, seed: m);
            foreach (var accumulate in new[] { false, true })
            {
                var expected = Twin(buffers, accumulate);
                foreach (var width in Enum.GetValues<VectorWidth>())
                {
                    foreach (var workers in new[] { one, three })
                    {
                        buffers.Reset();
                        Int8ActivationGemm.Run(buffers.Problem(width, accumulate), workers);
                        Assert.Equal(expected, buffers.Bits());
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public unsafe void The_result_is_as_far_from_the_exact_one_as_rounding_the_activations_allows(DType format)
    {
        using var workers = new WorkerPool(1);
        using var buffers = new GemmBuffers(17, 24, 512, format, seed: 3);
        Int8ActivationGemm.Run(buffers.Problem(VectorWidths.Widest, accumulate: false), workers);
        for (var r = 0; r < buffers.M; r++)
        {
            for (var n = 0; n < buffers.N; n++)
            {
                var (value, magnitude) = GemmReference.Element(buffers.XRow(r), buffers.WRow(n));
                if (format == DType.Q4_K)
                {
                    // Scale times code and minimum are summed apart: 0.05 · 63 · 15 + 0.1 · 63 < 54 with the scales of the test weights.
                    magnitude = 0;
                    foreach (var activation in buffers.XRow(r))
                    {
                        magnitude += 54 * Math.Abs(activation);
                    }
                }

                var allowed = GemmReference.Bound(64, magnitude);
                for (var k = 0; k < buffers.K; k++)
                {
                    // Half a step of each activation; a hair more, since the step and its inverse are rounded.
                    allowed += Math.Abs(buffers.WRow(n)[k]) * 0.5001 * Scale(buffers.XRow(r).Slice(k / Group * Group, Group));
                }

                Assert.InRange(Math.Abs(buffers.Y[(r * buffers.YStride) + n] - value), 0, allowed);
            }
        }
    }

    [Fact]
    public void Long_rows_and_few_rows_take_the_stated_paths()
    {
        using var workers = new WorkerPool(2);
        using var deep = new GemmBuffers(17, 2, Int8ActivationGemm.PackedK + 256, DType.Q4_0, seed: 8);
        Int8ActivationGemm.Run(deep.Problem(VectorWidths.Widest, accumulate: false), workers);
        Assert.Equal(Twin(deep, accumulate: false), deep.Bits());

        using var few = new GemmBuffers(GemmSchedule.DotRows, 5, 256, DType.Q8_0, seed: 9);
        var exact = few.Run(VectorWidths.Widest, workers);
        few.Reset();
        Int8ActivationGemm.Run(few.Problem(VectorWidths.Widest, accumulate: false), workers);
        Assert.Equal(exact, few.Bits());
    }

    [Fact]
    public unsafe void A_value_that_is_not_finite_makes_its_row_NaN()
    {
        using var workers = new WorkerPool(1);
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            using var buffers = new GemmBuffers(17, 4, 64, DType.Q8_0, seed: 1);
            buffers.X[(2 * buffers.XStride) + 40] = bad;
            Int8ActivationGemm.Run(buffers.Problem(VectorWidths.Widest, accumulate: false), workers);
            Assert.True(float.IsNaN(buffers.Y[2 * buffers.YStride]));
            Assert.True(float.IsFinite(buffers.Y[3 * buffers.YStride]));
        }
    }

    [Fact]
    public unsafe void Formats_without_codes_are_refused()
    {
        using var workers = new WorkerPool(1);
        Assert.Throws<DTypeMismatchException>(() => Int8ActivationGemm.Linear(null, 256, 9, 256, null, DType.Q5_K, 1, null, 1, false, workers));
        Assert.Throws<DTypeMismatchException>(() => Int8ActivationGemm.Linear(null, 256, 9, 256, null, DType.Float32, 1, null, 1, false, workers));
    }

    private static float Scale(ReadOnlySpan<float> group)
    {
        var largest = 0f;
        foreach (var value in group)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        return largest / 127f;
    }

    private static unsafe uint[] Twin(GemmBuffers buffers, bool accumulate)
    {
        var result = new uint[buffers.M * buffers.N];
        var codes = new int[buffers.K];
        var rowBytes = (int)buffers.Format.Bytes(buffers.K);
        for (var r = 0; r < buffers.M; r++)
        {
            var x = buffers.XRow(r);
            for (var k = 0; k < buffers.K; k++)
            {
                var scaled = x[k] * (1f / Scale(x.Slice(k / Group * Group, Group)));
                codes[k] = (int)(scaled + MathF.CopySign(0.5f, scaled));
            }

            for (var n = 0; n < buffers.N; n++)
            {
                var row = new ReadOnlySpan<byte>(buffers.W + (n * rowBytes), rowBytes);
                var sum = accumulate ? buffers.Initial[(r * buffers.YStride) + n] : 0f;
                var step = buffers.Format == DType.Q6_K ? 16 : 32;
                for (var k = 0; k < buffers.K; k += step)
                {
                    var block = row.Slice(k / buffers.Format.BlockSize() * buffers.Format.BlockBytes(), buffers.Format.BlockBytes());
                    var (dot, total) = (0, 0);
                    for (var i = k; i < k + step; i++)
                    {
                        dot += codes[i] * Code(buffers.Format, block, i % buffers.Format.BlockSize());
                        total += codes[i];
                    }

                    var d = Scale(x.Slice(k / Group * Group, Group));
                    var (scale, minimum) = buffers.Format switch
                    {
                        DType.Q4_K => BlockReference.Affine(block, k % 256 / 32),
                        DType.Q6_K => ((float)BlockReference.Half(block[208..]) * (sbyte)block[192 + (k % 256 / 16)], 0f),
                        _ => ((float)BlockReference.Half(block), 0f),
                    };
                    sum = MathF.FusedMultiplyAdd(dot, scale * d, sum);
                    if (buffers.Format == DType.Q4_K)
                    {
                        sum = MathF.FusedMultiplyAdd(-minimum, d * total, sum);
                    }
                }

                result[(r * buffers.N) + n] = BitConverter.SingleToUInt32Bits(sum);
            }
        }

        return result;
    }

    private static int Code(DType format, ReadOnlySpan<byte> block, int i) => format switch
    {
        DType.Q8_0 => (sbyte)block[2 + i],
        DType.Q4_0 => (i < 16 ? block[2 + i] % 16 : block[2 + i - 16] / 16) - 8,
        DType.Q4_K => BlockReference.Q4_KCode(block, i),
        _ => BlockReference.Q6_KCode(block, i),
    };
}
