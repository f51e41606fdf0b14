using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.Cases;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

public sealed class CausalConv1dTests
{
    public static TheoryData<string> Names => [.. ConvolutionCase.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Sequences_begin_with_zeros_without_states(string name) => Check(name, withStates: false);

    [Theory]
    [MemberData(nameof(Names))]
    public void Sequences_go_on_from_their_states_and_advance_them(string name) => Check(name, withStates: true);

    [Fact]
    public void The_golden_case_agrees()
    {
        using var device = new CpuDevice(1);
        using var oracle = new OracleFile("oracle/training/kernels/conv1d-silu.safetensors");
        foreach (var (dtype, bound) in (ReadOnlySpan<(DType, double)>)[(DType.Float64, 1e-11), (DType.Float32, 1e-5)])
        {
            using var x = oracle.Tensor(device, "x", dtype);
            using var weight = oracle.Tensor(device, "weight", dtype);
            using var y = Tensor.Allocate(device, x.Shape, dtype);
            CausalConv1d.Forward(x, weight, new SequenceOffsets(0, 2, 3, 16, 19), [], y);
            Assert.True(Tolerance.RelativeError(oracle.Values("y"), TensorValues.ToDoubles(y)) <= bound);
        }
    }

    [Fact]
    public void Token_by_token_gives_the_bits_of_all_at_once()
    {
        const int Tokens = 11;
        const int Channels = 37;
        using var device = new CpuDevice(1);
        using var x = TensorValues.From(device, new Shape(Tokens, Channels), DType.Float32, TensorValues.Normal(12, Tokens * Channels));
        using var weight = TensorValues.From(device, new Shape(Channels, 1, 4), DType.Float32, TensorValues.Normal(13, 4 * Channels));
        using var atOnce = Tensor.Allocate(device, x.Shape, DType.Float32);
        using var state = new ConvState(device, Channels, 4, DType.Float32);
        CausalConv1d.Forward(x, weight, SequenceOffsets.Single(Tokens), [], atOnce);
        var expected = TensorValues.ToDoubles(atOnce);
        for (var t = 0; t < Tokens; t++)
        {
            using var token = x.Narrow(0, t, 1);
            using var y = Tensor.Allocate(device, token.Shape, DType.Float32);
            CausalConv1d.Forward(token, weight, SequenceOffsets.Single(1), [state], y);
            OperatorHarness.AssertSameBits($"token {t}", expected[(t * Channels)..((t + 1) * Channels)], TensorValues.ToDoubles(y));
        }
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        using var device = new CpuDevice(1);
        using var x = Tensor.Allocate(device, new Shape(3, 8), DType.Float32);
        using var y = Tensor.Allocate(device, new Shape(3, 8), DType.Float32);
        using var weight = Tensor.Allocate(device, new Shape(8, 1, 4), DType.Float32);
        using var narrow = Tensor.Allocate(device, new Shape(7, 1, 4), DType.Float32);
        using var state = new ConvState(device, 8, 3, DType.Float32);
        Assert.Throws<ShapeMismatchException>(() => CausalConv1d.Forward(x, weight, SequenceOffsets.Single(4), [], y));
        Assert.Throws<ShapeMismatchException>(() => CausalConv1d.Forward(x, narrow, SequenceOffsets.Single(3), [], y));
        Assert.Throws<ShapeMismatchException>(() => CausalConv1d.Forward(x, weight, SequenceOffsets.Single(3), [state], y));
        Assert.Throws<ShapeMismatchException>(() => CausalConv1d.Forward(x, weight, new SequenceOffsets(0, 1, 3), [state], y));
    }

    private static void Check(string name, bool withStates)
    {
        var c = ConvolutionCase.All.Single(c => c.Name == name);
        var channels = c.Heads * c.HeadSize;
        var tokens = c.Offsets[^1];
        var sequences = c.Offsets.Length - 1;
        var stateSize = (c.KernelSize - 1) * channels;
        var x = TensorValues.Normal(14, tokens * channels);
        var weight = TensorValues.Normal(15, channels * c.KernelSize);
        var before = withStates ? TensorValues.Normal(16, sequences * stateSize) : new double[sequences * stateSize];
        double[] reference = [.. PerSequence(s => CausalConv1dReference.Forward<double>(Part(x, s), weight, State(s), channels, c.KernelSize))];
        double[] plain = [.. PerSequence(s => CausalConv1dReference.Forward<float>(Part(x, s), weight, State(s), channels, c.KernelSize))];
        var inputShape = c.Heads == 1 ? new Shape(tokens, channels) : new Shape(tokens, c.Heads, c.HeadSize);
        OperatorHarness.Check(name, new Shape(tokens, channels), reference, plain, c.KernelSize + 4, (device, dtype, output) =>
        {
            using var input = TensorValues.Strided(device, inputShape, dtype, x, c.Padding);
            using var filter = TensorValues.From(device, new Shape(channels, 1, c.KernelSize), dtype, weight);
            var states = new ConvState[withStates ? sequences : 0];
            for (var s = 0; s < states.Length; s++)
            {
                states[s] = new ConvState(device, channels, c.KernelSize, dtype);
                using var values = TensorValues.From(device, states[s].Values.Shape, dtype, State(s));
                states[s].Values.CopyFrom(values);
            }

            CausalConv1d.Forward(input, filter, new SequenceOffsets(c.Offsets), states, output);
            for (var s = 0; s < states.Length; s++)
            {
                OperatorHarness.AssertSameBits("state", CausalConv1dReference.StateAfter(Part(x, s), State(s)), TensorValues.ToDoubles(states[s].Values));
                states[s].Dispose();
            }
        });

        IEnumerable<double> PerSequence(Func<int, double[]> one) => Enumerable.Range(0, sequences).SelectMany(one);
        double[] Part(double[] all, int s) => all[(c.Offsets[s] * channels)..(c.Offsets[s + 1] * channels)];
        double[] State(int s) => before[(s * stateSize)..((s + 1) * stateSize)];
    }
}
