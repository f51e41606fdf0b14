using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Tests.Cases.Devices;

/// <summary>The causal convolution: whole sequences, with states token by token, backward.</summary>
internal static class ConvolutionDeviceCases
{
    internal static IEnumerable<DeviceCase> All
    {
        get
        {
            foreach (var one in ConvolutionCase.All)
            {
                var offsets = new SequenceOffsets(one.Offsets);
                var shape = new Shape(offsets.TokenCount, one.Heads, one.HeadSize);
                var channels = one.Heads * one.HeadSize;
                var weightShape = new Shape(channels, one.KernelSize);
                var isSmall = shape.ElementCount <= 1 << 15;
                yield return new("causal_conv1d", one.Name, isSmall, run =>
                    run.Keep("y", run.Operators.CausalConv1d(run.Input(shape, 1, 0, one.Padding), run.Input(weightShape), offsets, [])));
                yield return new("causal_conv1d_states", one.Name, isSmall, run =>
                {
                    var states = Enumerable.Range(0, offsets.Count).Select(_ => run.Own(new ConvState(run.Device, channels, one.KernelSize, run.Type))).ToArray();
                    var weight = run.Input(weightShape);
                    run.Keep("first", run.Operators.CausalConv1d(run.Input(shape), weight, offsets, states));
                    run.Keep("second", run.Operators.CausalConv1d(run.Input(shape), weight, offsets, states));
                });
                yield return new("causal_conv1d_backward", one.Name, isSmall, run =>
                {
                    var flat = new Shape(offsets.TokenCount, channels);
                    var (dx, dw) = (run.Output(shape), run.Output(weightShape, 0.5));
                    CausalConv1dBackward.Run(run.Input(shape, 1, 0, one.Padding), run.Input(weightShape), offsets, run.Input(flat), dx, dw);
                    run.Keep("dx", dx);
                    run.Keep("dw", dw);
                });
            }
        }
    }
}
