using PlamoNative.Engine;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>The scan's gradients against an independent reverse pass, differences, golden values, and themselves in bits.</summary>
[Collection(nameof(SimdWidth))]
public sealed class SelectiveScanBackwardTests
{
    private const double SingleTolerance = 5e-6;
    private const double DoubleTolerance = 1e-12;

    private static readonly ScanCase Ragged = new([0, 1, 70, 70, 75, 150], 3, 20, 19, dtHighest: 2);

    [Theory]
    [MemberData(nameof(SelectiveScanTests.Shapes), MemberType = typeof(SelectiveScanTests))]
    public void Gradients_follow_the_adjoint_recurrence(int[] offsets, int heads, int headSize, int stateSize)
    {
        using var device = new CpuDevice(2);
        var inputs = new ScanCase(offsets, heads, headSize, stateSize);
        var upstream = ScanGradients.Upstream.Draw(inputs);
        var expected = ScanGradients.Reference(inputs, upstream);
        var zeros = new ScanGradients.Upstream(new double[upstream.Initial.Length], upstream.Output, new double[upstream.Final.Length]);
        var expectedOfZeros = ScanGradients.Reference(inputs, zeros);
        foreach (var (dtype, tolerance) in new[] { (DType.Float32, SingleTolerance), (DType.Float64, DoubleTolerance) })
        {
            expected.Close($"{inputs} {dtype.Name()}", ScanGradients.Run(device, dtype, inputs, upstream), tolerance);
            expectedOfZeros.Close($"{inputs} {dtype.Name()}, no states", ScanGradients.Run(device, dtype, inputs, zeros, withStates: false), tolerance);
        }
    }

    [Theory]
    [InlineData("scan-short", new[] { 0, 11, 12, 19 }, 3, 5, 7)]
    [InlineData("scan-long", new[] { 0, 131, 132, 521 }, 2, 3, 5)]
    public void Gradients_are_the_golden_ones(string name, int[] offsets, int heads, int headSize, int stateSize)
    {
        using var device = new CpuDevice(2);
        var golden = TestTensors.Golden(name);
        var inputs = new ScanCase(offsets, new SelectiveScanReference
        {
            Heads = heads,
            HeadSize = headSize,
            StateSize = stateSize,
            X = golden["x"],
            Z = golden["z"],
            Dt = golden["dt_raw"],
            DtBias = golden["dt_bias"],
            ALog = golden["A_log"],
            B = golden["B"],
            C = golden["C"],
            D = golden["D"],
        });
        var initial = new double[golden["d_final_states"].Length];
        golden["initial_state"].CopyTo(initial, 0);
        var upstream = new ScanGradients.Upstream(initial, golden["d_y"], golden["d_final_states"]);
        foreach (var (dtype, tolerance) in new[] { (DType.Float32, 1e-5), (DType.Float64, 1e-11) })
        {
            foreach (var chunkSize in new[] { 256, 16 })
            {
                var actual = ScanGradients.Run(device, dtype, inputs, upstream, chunkSize);
                for (var i = 0; i < ScanGradients.Names.Length; i++)
                {
                    // The file has the first document's initial state only.
                    var expected = golden[$"d_{ScanGradients.Names[i]}"];
                    TestTensors.Close($"{name} {dtype.Name()} {ScanGradients.Names[i]}", expected, actual.Values[i].AsSpan(0, expected.Length), tolerance);
                }
            }
        }
    }

    [Fact]
    public void Gradients_are_the_slopes_of_the_forward_pass()
    {
        const double Step = 1e-5;
        using var device = new CpuDevice(2);
        var upstream = ScanGradients.Upstream.Draw(Ragged);
        var gradients = ScanGradients.Run(device, DType.Float64, Ragged, upstream).Values;
        var inputs = Ragged.Inputs;
        double[][] variables = [inputs.X, inputs.Z, inputs.Dt, inputs.DtBias, inputs.ALog, inputs.B, inputs.C, inputs.D, upstream.Initial];
        var random = new Random(31);
        for (var i = 0; i < variables.Length; i++)
        {
            var (values, original) = (variables[i], (double[])variables[i].Clone());
            var direction = AttentionCase.Draw(random, values.Length, 1);
            double Loss(double step)
            {
                for (var j = 0; j < values.Length; j++)
                {
                    values[j] = original[j] + (step * direction[j]);
                }

                var states = Ragged.States(device, DType.Float64);
                for (var s = 0; s < states.Length; s++)
                {
                    TestTensors.Fill(states[s].Values, 0, upstream.Initial.AsSpan(s * Ragged.StateElements, Ragged.StateElements));
                }

                var loss = Dot(Ragged.Run(device, DType.Float64, states), upstream.Output);
                for (var s = 0; s < states.Length; s++)
                {
                    loss += Dot(TestTensors.Read(states[s].Values), upstream.Final.AsSpan(s * Ragged.StateElements, Ragged.StateElements));
                    states[s].Dispose();
                }

                return loss;
            }

            var difference = (Loss(Step) - Loss(-Step)) / (2 * Step);
            original.CopyTo(values, 0);
            var slope = Dot(gradients[i], direction);
            Assert.True(Math.Abs(difference - slope) <= 1e-7 * (1 + Math.Abs(slope)), $"{ScanGradients.Names[i]}: slope {slope:R}, difference {difference:R}");
        }
    }

    [Theory]
    [InlineData(0.05, 2.0)]
    [InlineData(1e-4, 0.1)]
    public void The_gradient_of_a_strong_decay_does_not_cancel(double lowestStep, double highestStep)
    {
        // A = -64 in every head: a step of 2 leaves e^-128 of a state.
        using var device = new CpuDevice(2);
        static double Inverse(double delta) => Math.Log(Math.Exp(delta) - 1);
        var inputs = new ScanCase([0, 200], 3, 16, 16, dtLowest: Inverse(lowestStep), dtHighest: Inverse(highestStep));
        Array.Fill(inputs.Inputs.ALog, (float)Math.Log(64));
        Array.Clear(inputs.Inputs.DtBias);
        var upstream = ScanGradients.Upstream.Draw(inputs);
        ScanGradients.Reference(inputs, upstream).Close("A = -64", ScanGradients.Run(device, DType.Float32, inputs, upstream), SingleTolerance);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(12)]
    [InlineData(1024)]
    public void The_chunk_size_changes_only_rounding_of_gradients(int chunkSize)
    {
        using var device = new CpuDevice(2);
        var upstream = ScanGradients.Upstream.Draw(Ragged);
        var expected = ScanGradients.Reference(Ragged, upstream);
        expected.Close($"f32, chunks of {chunkSize}", ScanGradients.Run(device, DType.Float32, Ragged, upstream, chunkSize), SingleTolerance);
        expected.Close($"f64, chunks of {chunkSize}", ScanGradients.Run(device, DType.Float64, Ragged, upstream, chunkSize), DoubleTolerance);
    }

    [Fact]
    public void Vector_widths_and_threads_leave_no_trace_in_gradients()
    {
        using var device = new CpuDevice(2);
        var upstream = ScanGradients.Upstream.Draw(Ragged);
        var expected = ScanGradients.Run(device, DType.Float32, Ragged, upstream);
        foreach (var threads in new[] { 1, 3 })
        {
            using var other = new CpuDevice(threads);
            expected.SameBits($"{threads} threads", ScanGradients.Run(other, DType.Float32, Ragged, upstream));
        }

        try
        {
            foreach (var width in new[] { 16, 8, 4, 1 })
            {
                SimdWidth.Forced = width;
                expected.SameBits($"width {width}", ScanGradients.Run(device, DType.Float32, Ragged, upstream));
            }
        }
        finally
        {
            SimdWidth.Forced = 0;
        }
    }

    [Theory]
    [InlineData(DType.Float32, 2e-6)]
    [InlineData(DType.Float64, 1e-13)]
    public void The_gradients_of_a_batch_are_those_of_its_sequences(DType dtype, double tolerance)
    {
        using var device = new CpuDevice(2);
        var upstream = ScanGradients.Upstream.Draw(Ragged);
        var whole = ScanGradients.Run(device, dtype, Ragged, upstream).Values;
        var (heads, size, n) = (Ragged.Inputs.Heads, Ragged.Inputs.HeadSize, Ragged.Inputs.StateSize);
        int[] widths = [heads * size, heads * size, heads, 0, 0, n, n, 0];
        var sums = widths.Select(_ => new double[heads]).ToArray();
        for (var s = 0; s + 1 < Ragged.Offsets.Length; s++)
        {
            var (begin, end) = (Ragged.Offsets[s], Ragged.Offsets[s + 1]);
            var states = Ragged.StateElements;
            var own = new ScanGradients.Upstream(upstream.Initial[..states], upstream.Output[(begin * heads * size)..(end * heads * size)], upstream.Final[..states]);
            var alone = ScanGradients.Run(device, dtype, Ragged.Cut(begin, end), own).Values;
            TestTensors.SameBits($"initial state {s}", whole[8].AsSpan(s * states, states), alone[8]);
            for (var i = 0; i < widths.Length; i++)
            {
                if (widths[i] > 0)
                {
                    TestTensors.SameBits($"{ScanGradients.Names[i]} of sequence {s}", whole[i].AsSpan()[(begin * widths[i])..(end * widths[i])], alone[i]);
                }

                for (var h = 0; widths[i] == 0 && h < heads; h++)
                {
                    sums[i][h] += alone[i][h];
                }
            }
        }

        foreach (var i in new[] { 3, 4, 7 })
        {
            TestTensors.Close(ScanGradients.Names[i], sums[i], whole[i], tolerance);
        }
    }

    [Fact]
    public void The_bits_of_the_gradients_are_those_of_every_machine()
    {
        // Made with AVX-512; a process with other instruction sets must come to the same.
        using var device = new CpuDevice(2);
        Assert.Equal("df5e16be10d66937", TestTensors.Fingerprint(ScanGradients.Run(device, DType.Float32, Ragged, ScanGradients.Upstream.Draw(Ragged)).Values));
    }

    [Fact]
    public void The_backward_pass_allocates_nothing_at_steady_state()
    {
        using var device = new CpuDevice(2);
        using var scope = new TensorScope(device);
        var random = new Random(2);
        Tensor New(params long[] sizes) => TestTensors.Create(scope, DType.Float32, new Shape(sizes), AttentionCase.Draw(random, (int)new Shape(sizes).ElementCount, 1));
        var (x, dt, head, b, states) = (New(75, 2, 16), New(75, 2), New(2), New(75, 16), New(2, 2, 16, 16));
        var offsets = new SequenceOffsets(0, 1, 75);
        var gradients = new SelectiveScanGradients
        {
            X = New(75, 2, 16),
            Z = New(75, 2, 16),
            Dt = New(75, 2),
            DtBias = New(2),
            ALog = New(2),
            B = New(75, 16),
            C = New(75, 16),
            D = New(2),
            InitialStates = New(2, 2, 16, 16),
        };
        void Turn()
        {
            for (var i = 0; i < 20; i++)
            {
                SelectiveScanBackward.Run(x, x, dt, head, head, b, b, head, offsets, 256, states, x, states, gradients);
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
        var (x, dt, head, b, states) = (New(5, 2, 4), New(5, 2), New(2), New(5, 3), New(1, 2, 4, 3));
        void Run(Tensor? initial, Tensor gradient, Tensor? final, Tensor dtGradient, Tensor? initialGradient) => SelectiveScanBackward.Run(
            x, x, dt, head, head, b, b, head, new SequenceOffsets(0, 5), 256, initial, gradient, final, new SelectiveScanGradients
            {
                X = x,
                Z = x,
                Dt = dtGradient,
                DtBias = head,
                ALog = head,
                B = b,
                C = b,
                D = head,
                InitialStates = initialGradient,
            });

        Assert.Equal("outputGradient", Assert.Throws<ShapeMismatchException>(() => Run(null, dt, null, dt, null)).ParamName);
        Assert.Equal("initialStates", Assert.Throws<ShapeMismatchException>(() => Run(New(2, 2, 4, 3), x, null, dt, null)).ParamName);
        Assert.Equal("finalStateGradients", Assert.Throws<ShapeMismatchException>(() => Run(states, x, New(2, 4, 3), dt, states)).ParamName);
        Assert.Equal("gradients.Dt", Assert.Throws<ShapeMismatchException>(() => Run(states, x, states, New(5, 3), states)).ParamName);
        Assert.Equal("gradients.InitialStates", Assert.Throws<DTypeMismatchException>(() => Run(null, x, null, dt, scope.Allocate(states.Shape, DType.Float64))).ParamName);
    }

    private static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }
}
