using PlamoNative.Engine;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>Attention's gradients against an independent reverse pass, differences, golden values, and themselves in bits.</summary>
[Collection(nameof(SimdWidth))]
public sealed class FlashAttentionBackwardTests
{
    private static readonly AttentionCase Ragged = new([0, 1, 40, 40, 41, 150], 6, 2, 40, 30);
    private static readonly AttentionCase Full = new([0, 1, 105], 2, 1, 33, null);

    [Theory]
    [MemberData(nameof(FlashAttentionTests.Shapes), MemberType = typeof(FlashAttentionTests))]
    public void Gradients_follow_the_chain_rule(int[] offsets, int queryHeads, int keyValueHeads, int headSize, int? window)
    {
        using var device = new CpuDevice(2);
        var inputs = new AttentionCase(offsets, queryHeads, keyValueHeads, headSize, window);
        var gradient = AttentionGradients.DrawGradient(inputs);
        var expected = AttentionGradients.Reference(inputs, gradient);
        foreach (var (dtype, tolerance) in new[] { (DType.Float32, 4e-6), (DType.Float64, 2e-13) })
        {
            var actual = AttentionGradients.Run(device, dtype, inputs, gradient);
            if (window != 0)
            {
                expected.Close($"{inputs} {dtype.Name()}", actual, tolerance);
                continue;
            }

            // One visible key: dQ and dK are zero, made of differences of equal numbers.
            TestTensors.Close($"{inputs} {dtype.Name()} dV", expected.V, actual.V, tolerance);
            Assert.All(expected.Q.Zip(actual.Q), pair => Assert.True(Math.Abs(pair.First - pair.Second) < 100 * tolerance));
            Assert.All(expected.K.Zip(actual.K), pair => Assert.True(Math.Abs(pair.First - pair.Second) < 100 * tolerance));
        }
    }

    [Theory]
    [InlineData("attention-full", new[] { 0, 13, 14, 19 }, 6, 2, 7, null)]
    [InlineData("attention-window", new[] { 0, 17, 18, 24 }, 3, 1, 5, 4)]
    [InlineData("attention-long", new[] { 0, 1, 98, 127 }, 2, 2, 3, 31)]
    public void Gradients_are_the_golden_ones(string name, int[] offsets, int queryHeads, int keyValueHeads, int headSize, int? window)
    {
        using var device = new CpuDevice(2);
        var golden = TestTensors.Golden(name);
        var inputs = new AttentionCase(offsets, queryHeads, keyValueHeads, headSize, window) { Q = golden["q"], K = golden["k"], V = golden["v"] };
        var expected = new AttentionGradients(golden["d_q"], golden["d_k"], golden["d_v"]);
        foreach (var (dtype, tolerance) in new[] { (DType.Float32, 1e-5), (DType.Float64, 1e-11) })
        {
            expected.Close($"{name} {dtype.Name()}", AttentionGradients.Run(device, dtype, inputs, golden["d_y"]), tolerance);
        }
    }

    [Fact]
    public void Gradients_are_the_slopes_of_the_forward_pass()
    {
        const double Step = 1e-5;
        using var device = new CpuDevice(2);
        foreach (var inputs in new[] { Ragged, Full })
        {
            var weights = AttentionGradients.DrawGradient(inputs);
            var gradients = AttentionGradients.Run(device, DType.Float64, inputs, weights);
            var random = new Random(11);
            foreach (var (values, gradient) in new[] { (inputs.Q, gradients.Q), (inputs.K, gradients.K), (inputs.V, gradients.V) })
            {
                var direction = AttentionCase.Draw(random, values.Length, 1);
                var original = (double[])values.Clone();
                double Loss(double step)
                {
                    for (var i = 0; i < values.Length; i++)
                    {
                        values[i] = original[i] + (step * direction[i]);
                    }

                    return inputs.Run(device, DType.Float64).Output.Zip(weights, (y, w) => y * w).Sum();
                }

                var difference = (Loss(Step) - Loss(-Step)) / (2 * Step);
                original.CopyTo(values, 0);
                var slope = gradient.Zip(direction, (g, d) => g * d).Sum();
                Assert.True(Math.Abs(difference - slope) <= 1e-7 * (1 + Math.Abs(slope)), $"{inputs}: slope {slope:R}, difference {difference:R}");
            }
        }
    }

    [Fact]
    public void Vector_widths_threads_and_other_sequences_leave_no_trace()
    {
        using var device = new CpuDevice(2);
        foreach (var inputs in new[] { Ragged, Full, new AttentionCase([0, 230], 3, 1, 20, 70) })
        {
            var gradient = AttentionGradients.DrawGradient(inputs);
            var expected = AttentionGradients.Run(device, DType.Float32, inputs, gradient);
            // Few threads take whole sequences, many take blocks of them.
            foreach (var threads in new[] { 1, 3, 5 })
            {
                using var other = new CpuDevice(threads);
                expected.SameBits($"{inputs}, {threads} threads", AttentionGradients.Run(other, DType.Float32, inputs, gradient));
            }

            try
            {
                foreach (var width in new[] { 16, 8, 4, 1 })
                {
                    SimdWidth.Forced = width;
                    expected.SameBits($"{inputs}, width {width}", AttentionGradients.Run(device, DType.Float32, inputs, gradient));
                }
            }
            finally
            {
                SimdWidth.Forced = 0;
            }

            for (var s = 0; s + 1 < inputs.Offsets.Length; s++)
            {
                var (begin, end) = (inputs.Offsets[s], inputs.Offsets[s + 1]);
                double[] Cut(double[] values, int heads) => values[(begin * heads * inputs.HeadSize)..(end * heads * inputs.HeadSize)];
                AttentionGradients own = new(Cut(expected.Q, inputs.QueryHeads), Cut(expected.K, inputs.KeyValueHeads), Cut(expected.V, inputs.KeyValueHeads));
                own.SameBits($"{inputs}, sequence {s}", AttentionGradients.Run(device, DType.Float32, inputs.Alone(s), Cut(gradient, inputs.QueryHeads)));
            }
        }
    }

    [Fact]
    public void The_bits_of_the_gradients_are_those_of_every_machine()
    {
        // Made with AVX-512; a process with other instruction sets must come to the same.
        using var device = new CpuDevice(2);
        var gradients = AttentionGradients.Run(device, DType.Float32, Ragged, AttentionGradients.DrawGradient(Ragged));
        Assert.Equal("bf82b27ced55a2a5", TestTensors.Fingerprint(gradients.Q, gradients.K, gradients.V));
    }

    [Fact]
    public void The_backward_pass_allocates_nothing_at_steady_state()
    {
        using var device = new CpuDevice(2);
        using var scope = new TensorScope(device);
        var q = TestTensors.Create(scope, DType.Float32, new Shape(40, 4, 16), AttentionCase.Draw(new Random(3), 40 * 64, 1));
        var (output, gradient, logSumExp) = (scope.Allocate(q.Shape, DType.Float32), scope.Allocate(q.Shape, DType.Float32), scope.Allocate(new Shape(40, 4), DType.Float32));
        var (dk, dv) = (scope.Allocate(q.Shape, DType.Float32), scope.Allocate(q.Shape, DType.Float32));
        var offsets = new SequenceOffsets(0, 7, 40);
        FlashAttention.Forward(q, q, q, offsets, 9, [], output, logSumExp);
        void Turn()
        {
            for (var i = 0; i < 20; i++)
            {
                FlashAttentionBackward.Run(q, q, q, output, logSumExp, output, offsets, 9, gradient, dk, dv);
            }
        }

        for (var i = 0; i < 30; i++)
        {
            Turn();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var system = device.Memory.SystemAllocations;
        Turn();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(system, device.Memory.SystemAllocations);
    }

    [Fact]
    public void Gradients_that_do_not_fit_are_named()
    {
        using var device = new CpuDevice(1);
        using var scope = new TensorScope(device);
        Tensor New(params long[] sizes) => scope.Allocate(new Shape(sizes), DType.Float32);
        var (q, k, l) = (New(3, 4, 8), New(3, 2, 8), New(3, 4));
        void Run(Tensor outputGradient, Tensor queryGradient, Tensor keyGradient, Tensor valueGradient) =>
            FlashAttentionBackward.Run(q, k, k, q, l, outputGradient, new SequenceOffsets(0, 3), null, queryGradient, keyGradient, valueGradient);

        Assert.Equal("outputGradient", Assert.Throws<ShapeMismatchException>(() => Run(New(3, 4, 7), q, k, k)).ParamName);
        Assert.Equal("queryGradient", Assert.Throws<ShapeMismatchException>(() => Run(q, k, k, k)).ParamName);
        Assert.Equal("keyGradient", Assert.Throws<ShapeMismatchException>(() => Run(q, q, q, k)).ParamName);
        Assert.Equal("valueGradient", Assert.Throws<DTypeMismatchException>(() => Run(q, q, k, scope.Allocate(k.Shape, DType.Float64))).ParamName);
    }
}
