using PlamoNative.Engine;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>The scan against its recurrence and against golden values.</summary>
public sealed class SelectiveScanTests
{
    private const double SingleTolerance = 2e-6;
    private const double DoubleTolerance = 1e-13;

    public static TheoryData<int[], int, int, int> Shapes => new()
    {
        { [0, 0], 2, 4, 4 },
        { [0, 1], 1, 1, 1 },
        { [0, 1, 1, 3], 2, 64, 64 },
        { [0, 8, 17], 2, 64, 16 },
        { [0, 9], 1, 33, 64 },
        { [0, 63], 2, 5, 7 },
        { [0, 64, 65, 194], 2, 31, 16 },
        { [0, 127, 256], 3, 64, 64 },
        { [0, 149], 2, 128, 17 },
        { [0, 83], 1, 7, 3 },
        { [0, 211], 1, 2, 130 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_scan_follows_its_recurrence(int[] offsets, int heads, int headSize, int stateSize)
    {
        using var device = new CpuDevice(2);
        var inputs = new ScanCase(offsets, heads, headSize, stateSize);
        var expectedStates = inputs.Zeros();
        var expected = inputs.Inputs.Forward(offsets, expectedStates);
        foreach (var (dtype, tolerance) in new[] { (DType.Float32, SingleTolerance), (DType.Float64, DoubleTolerance) })
        {
            var states = inputs.States(device, dtype);
            var output = inputs.Run(device, dtype, states);
            TestTensors.Close($"{inputs} {dtype.Name()} output", expected, output, tolerance);
            for (var s = 0; s < states.Length; s++)
            {
                TestTensors.Close($"{inputs} {dtype.Name()} state {s}", expectedStates[s], TestTensors.Read(states[s].Values), tolerance);
                states[s].Dispose();
            }

            TestTensors.Close($"{inputs} {dtype.Name()} output without states", expected, inputs.Run(device, dtype), tolerance);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(12)]
    [InlineData(48)]
    [InlineData(64)]
    [InlineData(1024)]
    public void The_chunk_size_changes_only_rounding(int chunkSize)
    {
        using var device = new CpuDevice(2);
        var inputs = new ScanCase([0, 130], 2, 20, 12);
        TestTensors.Close("output", inputs.Inputs.Forward(inputs.Offsets, inputs.Zeros()), inputs.Run(device, DType.Float32, null, chunkSize), SingleTolerance);
    }

    [Theory]
    [InlineData("scan-short", new[] { 0, 11, 12, 19 }, 3, 5, 7)]
    [InlineData("scan-long", new[] { 0, 131, 132, 521 }, 2, 3, 5)]
    public void The_scan_gives_the_golden_values(string name, int[] offsets, int heads, int headSize, int stateSize)
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
        foreach (var (dtype, tolerance) in new[] { (DType.Float32, 1e-5), (DType.Float64, 1e-11) })
        {
            var states = inputs.States(device, dtype);
            TestTensors.Fill(states[0].Values, 0, golden["initial_state"]);
            var output = inputs.Run(device, dtype, states);
            TestTensors.Close($"{name} {dtype.Name()} y", golden["y"], output, tolerance);
            for (var s = 0; s < states.Length; s++)
            {
                var expected = golden["final_states"].AsSpan(s * inputs.StateElements, inputs.StateElements);
                TestTensors.Close($"{name} {dtype.Name()} final state {s}", expected, TestTensors.Read(states[s].Values), tolerance);
                states[s].Dispose();
            }
        }
    }

    [Theory]
    [InlineData(-40, -20)]
    [InlineData(10, 23)]
    [InlineData(-40, 23)]
    public void Decays_of_any_size_are_exact_enough(double lowest, double highest)
    {
        // A reaches -64 and Δ 23: one token may leave e^-1472 of a state, a chunk's l goes beyond -10^4.
        using var device = new CpuDevice(1);
        var inputs = new ScanCase([0, 150], 4, 8, 8, dtLowest: lowest, dtHighest: highest);
        var states = inputs.States(device, DType.Float32);
        var expectedStates = inputs.Zeros();
        var expected = inputs.Inputs.Forward(inputs.Offsets, expectedStates);
        TestTensors.Close("output", expected, inputs.Run(device, DType.Float32, states), SingleTolerance);
        TestTensors.Close("state", expectedStates[0], TestTensors.Read(states[0].Values), SingleTolerance);
        states[0].Dispose();
    }

    [Theory]
    [InlineData(DType.Float32, SingleTolerance)]
    [InlineData(DType.Float64, DoubleTolerance)]
    public void Any_pieces_give_the_values_of_the_whole(DType dtype, double tolerance)
    {
        using var device = new CpuDevice(2);
        var inputs = new ScanCase([0, 200], 3, 18, 16, dtLowest: -8, dtHighest: -1, aHighest: 4);
        var expectedStates = inputs.Zeros();
        var expected = inputs.Inputs.Forward(inputs.Offsets, expectedStates);
        foreach (var pieces in new[] { Enumerable.Repeat(1, 200).ToArray(), [64, 136], [1, 99, 8, 92], [70, 0, 9, 121] })
        {
            var state = inputs.States(device, dtype);
            var output = new List<double>();
            var at = 0;
            foreach (var piece in pieces)
            {
                output.AddRange(inputs.Cut(at, at + piece).Run(device, dtype, state));
                at += piece;
            }

            TestTensors.Close($"{pieces.Length} pieces", expected, output.ToArray(), tolerance);
            TestTensors.Close($"{pieces.Length} pieces, state", expectedStates[0], TestTensors.Read(state[0].Values), tolerance);
            state[0].Dispose();
        }
    }

    [Fact]
    public void Tensors_that_do_not_fit_are_named()
    {
        using var device = new CpuDevice(1);
        using var scope = new TensorScope(device);
        Tensor New(params long[] sizes) => scope.Allocate(new Shape(sizes), DType.Float32);
        var (x, dt, head, b) = (New(3, 2, 4), New(3, 2), New(2), New(3, 5));
        void Run(Tensor? z = null, Tensor? step = null, Tensor? bias = null, Tensor? c = null, Tensor? output = null, int chunk = 16, params SsmState[] states) =>
            SelectiveScan.Forward(x, z ?? x, step ?? dt, bias ?? head, head, b, c ?? b, head, new SequenceOffsets(0, 3), chunk, states, output ?? New(3, 2, 4));

        Assert.Equal("z", Assert.Throws<ShapeMismatchException>(() => Run(z: New(3, 8))).ParamName);
        Assert.Equal("dt", Assert.Throws<ShapeMismatchException>(() => Run(step: New(3, 1))).ParamName);
        Assert.Equal("dtBias", Assert.Throws<ShapeMismatchException>(() => Run(bias: New(3))).ParamName);
        Assert.Equal("c", Assert.Throws<ShapeMismatchException>(() => Run(c: New(3, 4))).ParamName);
        Assert.Equal("output", Assert.Throws<ShapeMismatchException>(() => Run(output: New(2, 2, 4))).ParamName);
        Assert.Equal("c", Assert.Throws<DTypeMismatchException>(() => Run(c: scope.Allocate(b.Shape, DType.Float64))).ParamName);
        Assert.Equal("chunkSize", Assert.Throws<ArgumentOutOfRangeException>(() => Run(chunk: 0)).ParamName);
        using var state = new SsmState(device, 2, 4, 6, DType.Float32);
        Assert.Equal("states", Assert.Throws<ShapeMismatchException>(() => Run(states: state)).ParamName);
        Assert.Equal("states", Assert.Throws<ArgumentException>(() => Run(states: [state, state])).ParamName);
    }
}
