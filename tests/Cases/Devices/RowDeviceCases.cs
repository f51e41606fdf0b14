using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Tests.Cases.Devices;

/// <summary>Operators that treat rows or heads alike, forward and backward.</summary>
internal static class RowDeviceCases
{
    private const long SmallElements = 1 << 16;

    internal static IEnumerable<DeviceCase> All => [.. RowCase.All.SelectMany(Rows), .. HeadCase.All.SelectMany(Heads)];

    private static IEnumerable<DeviceCase> Rows(RowCase row)
    {
        var shape = new Shape(row.Tokens, row.Width);
        var isSmall = shape.ElementCount <= SmallElements;
        yield return new("rms_norm", row.Name, isSmall, run =>
            run.Keep("y", run.Operators.RmsNorm(run.Input(shape, 2, 0.1, row.Padding), run.Input(new Shape(row.Width)), 1, 1e-6)));
        yield return new("rms_norm_backward", row.Name, isSmall, run =>
        {
            var (x, weight, gradient) = (run.Input(shape, 2, 0.1, row.Padding), run.Input(new Shape(row.Width)), run.Input(shape));
            var (dx, dw) = (run.Output(shape), run.Output(new Shape(row.Width), 0.5));
            RmsNormBackward.Run(x, weight, 1, 1e-6, gradient, dx, false, dw);
            var added = run.Output(shape, 0.25);
            RmsNormBackward.Run(x, weight, 1, 1e-6, gradient, added, true, dw);
            run.Keep("dx", dx);
            run.Keep("dx added", added);
            run.Keep("dw", dw);
        });
        yield return new("add", row.Name, isSmall, run => run.Keep("y", run.Operators.Add(run.Input(shape, padding: row.Padding), run.Input(shape))));
        yield return new("swiglu", row.Name, isSmall, run => run.Keep("y", run.Operators.SwiGlu(run.Input(new Shape(row.Tokens, 2 * row.Width), 6, padding: row.Padding))));
        yield return new("swiglu_backward", row.Name, isSmall, run =>
        {
            var dx = run.Output(new Shape(row.Tokens, 2 * row.Width));
            SwiGluBackward.Run(run.Input(new Shape(row.Tokens, 2 * row.Width), 6, padding: row.Padding), run.Input(shape), dx);
            run.Keep("dx", dx);
        });
        yield return new("softmax", row.Name, isSmall, run =>
        {
            var y = run.Output(shape);
            AxisSoftmax.Forward(run.Input(shape, 8), 1, y);
            var dx = run.Output(shape);
            AxisSoftmax.Gradient(run.Input(shape), y, 1, dx);
            run.Keep("y", y);
            run.Keep("dx", dx);
        });
        yield return new("dropout", row.Name, isSmall, run =>
        {
            var y = run.Output(shape);
            Dropout.Apply(run.Input(shape), 0.3, 7, 11, y);
            run.Keep("y", y);
        });
    }

    private static IEnumerable<DeviceCase> Heads(HeadCase head)
    {
        var shape = new Shape(head.Tokens, head.Heads, head.HeadSize);
        var isSmall = shape.ElementCount <= SmallElements;
        var positions = Enumerable.Range(0, head.Tokens).Select(static t => (long)t * 17).ToArray();
        var far = Enumerable.Range(0, head.Tokens).Select(static t => 1_000_000L + t).ToArray();
        yield return new("qk_norm", head.Name, isSmall, run =>
            run.Keep("y", run.Operators.RmsNorm(run.Input(shape, 2, 0, head.Padding), run.Input(new Shape(head.Heads, head.HeadSize)), 0, 1e-6)));
        yield return new("qk_norm_backward", head.Name, isSmall, run =>
        {
            var weightShape = new Shape(head.Heads, head.HeadSize);
            var (dx, dw) = (run.Output(shape), run.Output(weightShape, 0));
            RmsNormBackward.Run(run.Input(shape, 2, 0, head.Padding), run.Input(weightShape), 0, 1e-6, run.Input(shape), dx, false, dw);
            run.Keep("dx", dx);
            run.Keep("dw", dw);
        });
        yield return new("rotary_embedding", head.Name, isSmall, run =>
        {
            run.Keep("y", run.Operators.RotaryEmbedding(run.Input(shape, 1, 0, head.Padding), positions, 10_000));
            run.Keep("far", run.Operators.RotaryEmbedding(run.Input(shape), far, 1_000_000));
            var dx = run.Output(shape);
            RotaryEmbeddingBackward.Run(run.Input(shape), positions, 10_000, dx);
            run.Keep("dx", dx);
        });
    }
}
