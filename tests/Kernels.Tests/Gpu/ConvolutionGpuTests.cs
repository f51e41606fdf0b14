using PlamoNative.Engine;
using PlamoNative.Tests;
using PlamoNative.Tests.Cases;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests.Gpu;

[Collection(GpuTests.Name)]
public sealed class ConvolutionGpuTests(GpuTwin gpu)
{
    public static TheoryData<string> Names => [.. ConvolutionCase.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Outputs_and_states_have_the_bits_of_the_processor(string name)
    {
        var c = ConvolutionCase.All.Single(c => c.Name == name);
        var (tokens, channels, offsets) = (c.Offsets[^1], c.Heads * c.HeadSize, new SequenceOffsets(c.Offsets));
        var shape = c.Heads == 1 ? new Shape(tokens, channels) : new Shape(tokens, c.Heads, c.HeadSize);
        var x = TensorValues.Normal(1, tokens * channels);
        var weight = TensorValues.Normal(2, channels * c.KernelSize);
        gpu.AssertSameBits(name, (device, dtype) =>
        {
            using var input = new Placed(device, shape, dtype, x, c.Padding);
            using var filter = Tensor.FromSpan<float>(device, new Shape(channels, 1, c.KernelSize), Array.ConvertAll(weight, v => (float)v));
            using var alone = new Placed(device, new Shape(tokens, channels), dtype);
            using var continued = new Placed(device, new Shape(tokens, channels), dtype);
            var states = Enumerable.Range(0, offsets.Count).Select(_ => new ConvState(device, channels, c.KernelSize, dtype)).ToArray();
            for (var s = 0; s < states.Length; s++)
            {
                states[s].Values.CopyFrom<float>(Array.ConvertAll(TensorValues.Normal(3 + s, states[s].Values.ElementCount), v => (float)v));
            }

            CausalConv1d.Forward(input.View, filter, offsets, [], alone.View);
            CausalConv1d.Forward(input.View, filter, offsets, states, continued.View);
            var after = states.Select(s => Array.ConvertAll(s.Values.ToArray<float>(), v => (double)v)).ToArray();
            foreach (var state in states)
            {
                state.Dispose();
            }

            return [alone.Read(), continued.Read(), .. after];
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_of_ragged_batches_are_as_the_formula_says(string name)
    {
        var c = ConvolutionCase.All.Single(c => c.Name == name);
        var (tokens, channels) = (c.Offsets[^1], c.Heads * c.HeadSize);
        var x = TensorValues.Normal(1, tokens * channels);
        var weight = TensorValues.Normal(2, channels * c.KernelSize);
        var dy = TensorValues.Normal(3, tokens * channels);
        var before = TensorValues.Normal(4, weight.Length);
        var reference = CausalConv1dBackwardTests.Backward<double>(c, x, weight, dy);
        var plain = CausalConv1dBackwardTests.Backward<float>(c, x, weight, dy);
        var shape = c.Heads == 1 ? new Shape(tokens, channels) : new Shape(tokens, c.Heads, c.HeadSize);
        gpu.AssertNear(
            name, [reference.X, GradientChecks.Sum(reference.Weight, before)], [plain.X, GradientChecks.Sum(plain.Weight, before)], (device, dtype) =>
            {
                using var input = new Placed(device, shape, dtype, x, c.Padding);
                using var filter = new Placed(device, new Shape(channels, c.KernelSize), dtype, weight);
                using var gradient = new Placed(device, new Shape(tokens, channels), dtype, dy);
                using var dx = new Placed(device, shape, dtype, null, c.Padding);
                using var dw = new Placed(device, new Shape(channels, c.KernelSize), dtype, before);
                CausalConv1dBackward.Run(input.View, filter.View, new SequenceOffsets(c.Offsets), gradient.View, dx.View, dw.View);
                return [dx.Read(), dw.Read()];
            }, Tolerance.Backward);
    }
}
