using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Tests.Cases.Devices;

/// <summary>Head and loss in one.</summary>
internal static class CrossEntropyDeviceCases
{
    internal static IEnumerable<DeviceCase> All
    {
        get
        {
            foreach (var (name, tokens, width, vocabulary, isSmall) in new[]
            {
                ("one token", 1, 3, 5, true), ("primes", 7, 13, 31, true), ("some without target", 20, 32, 101, true), ("more than a block", 70, 24, 300, true),
                ("a batch", 512, 256, 4000, false),
            })
            {
                var targets = Enumerable.Range(0, tokens).Select(t => t % 5 == 3 ? LinearCrossEntropy.NoTarget : t * 7919 % vocabulary).ToArray();
                yield return new("cross_entropy", name, isSmall, run => Check(run, targets, tokens, width, vocabulary));
            }

            yield return new("cross_entropy", "no token has a target", true, run => Check(run, [LinearCrossEntropy.NoTarget, LinearCrossEntropy.NoTarget], 2, 8, 12));
        }
    }

    private static void Check(CaseRun run, int[] targets, int tokens, int width, int vocabulary)
    {
        var (x, weight) = (run.Input(new Shape(tokens, width)), run.Input(new Shape(vocabulary, width)));
        var count = targets.Count(static target => target != LinearCrossEntropy.NoTarget);
        var (dx, dw) = (run.Output(x.Shape), run.Output(weight.Shape, 0.125));
        var both = LinearCrossEntropy.ForwardBackward(x, weight, targets, count, 1e-2, 1, null, null, dx, dw);
        run.Keep("sums", both.TargetCount, both.CrossEntropy, both.SquaredLogSumExp);
        run.Keep("dx", dx);
        run.Keep("dw", dw);
        var values = run.Own(Tensor.Allocate(run.Device, new Shape(2, tokens), DType.Float64));
        values.Clear();
        var (losses, logs) = (run.Own(Row(values, 0)), run.Own(Row(values, 1)));
        var forward = LinearCrossEntropy.Forward(x, weight, targets, everyToken: true, losses, logs);
        run.Keep("forward sums", forward.TargetCount, forward.CrossEntropy, forward.SquaredLogSumExp);
        run.Keep("losses", losses);
        run.Keep("logsumexp", logs);
        var (dxLater, dwLater) = (run.Output(x.Shape), run.Output(weight.Shape, 0.125));
        LinearCrossEntropy.Backward(x, weight, targets, logs, count, 1e-2, 1, dxLater, dwLater);
        run.Keep("dx of the second pass", dxLater);
        run.Keep("dw of the second pass", dwLater);
    }

    private static Tensor Row(Tensor values, int row)
    {
        using var narrow = values.Narrow(0, row, 1);
        return narrow.Reshape(new Shape(values.Shape[1]));
    }
}
