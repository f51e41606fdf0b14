using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Tests.Cases.Devices;

/// <summary>Sums, means, maxima and log-sum-exps over axes, and their gradients.</summary>
internal static class ReductionDeviceCases
{
    internal static IEnumerable<DeviceCase> All
    {
        get
        {
            foreach (var (name, shape, axes) in new[]
            {
                ("rows", new Shape(7, 130), new[] { 1 }), ("columns", new Shape(70, 33), [0]), ("the middle", new Shape(3, 17, 9), [1]), ("both ends", new Shape(5, 4, 31), [0, 2]),
                ("everything", new Shape(9, 1001), [0, 1]), ("one element", new Shape(1, 1), [0]),
            })
            {
                yield return new("reduction", name, true, run => Reduce(run, shape, axes));
            }

            foreach (var (name, shape, axis) in new[] { ("rows", new Shape(7, 130), 1), ("columns", new Shape(70, 33), 0), ("the middle", new Shape(3, 17, 9), 1) })
            {
                yield return new("axis_softmax", name, true, run => Softmax(run, shape, axis));
            }

            yield return new("reduction", "a large matrix", false, run => Reduce(run, new Shape(2000, 3001), [0]));
        }
    }

    private static void Softmax(CaseRun run, Shape shape, int axis)
    {
        var (x, gradient) = (run.Input(shape, 3), run.Input(shape));
        var (y, log, dx, logDx) = (run.Output(shape), run.Output(shape), run.Output(shape), run.Output(shape, 0.5));
        AxisSoftmax.Forward(x, axis, y);
        AxisSoftmax.Gradient(gradient, y, axis, dx);
        AxisSoftmax.LogForward(x, axis, log);
        AxisSoftmax.LogGradient(gradient, log, axis, logDx, accumulate: true);
        run.Keep("y", y);
        run.Keep("dx", dx);
        run.Keep("log y", log);
        run.Keep("dx of log y", logDx);
    }

    private static void Reduce(CaseRun run, Shape shape, int[] axes)
    {
        var x = run.Input(shape, 3);
        var kept = shape;
        foreach (var axis in axes)
        {
            kept = kept.With(axis, 1);
        }

        var y = run.Output(kept, 0.5);
        Reduction.Sum(x, axes, y, accumulate: true);
        run.Keep("sum", y);
        Reduction.Mean(x, axes, y);
        run.Keep("mean", y);
        Reduction.Dot(x, run.Input(shape), axes, y);
        run.Keep("dot", y);
        Reduction.LogSumExp(x, axes, y);
        run.Keep("logsumexp", y);
        var dx = run.Output(shape);
        var gradient = run.Input(kept);
        ReductionGradient.LogSumExp(gradient, x, y, dx);
        run.Keep("logsumexp gradient", dx);
        Reduction.Max(x, axes, y);
        run.Keep("max", y);
        ReductionGradient.Max(gradient, x, y, axes, dx);
        run.Keep("max gradient", dx);
    }
}
