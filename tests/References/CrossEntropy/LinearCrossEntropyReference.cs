using System.Numerics;

namespace PlamoNative.Tests.References;

/// <summary>Linear head, cross-entropy and z-loss by the formulas, with all logits of a token at once.</summary>
public static class LinearCrossEntropyReference
{
    /// <summary>
    /// x: [T, D], weight: [V, D], targets: T tokens or -1; the mean over targets, <paramref name="count"/> of them; the weight's gradient goes on from
    /// <paramref name="before"/>, token by token.
    /// </summary>
    public static Result Run<T>(
        ReadOnlySpan<double> x, ReadOnlySpan<double> weight, ReadOnlySpan<int> targets, int width, long count, double zLossWeight, double lossGradient,
        ReadOnlySpan<double> before)
        where T : IFloatingPointIeee754<T>
    {
        var vocabulary = weight.Length / width;
        var (losses, logs) = (new double[targets.Length], new double[targets.Length]);
        var (dx, dw) = (new T[x.Length], Array.ConvertAll(before.ToArray(), T.CreateChecked));
        var total = 0.0;
        for (var t = 0; t < targets.Length; t++)
        {
            var z = new T[vocabulary];
            for (var v = 0; v < vocabulary; v++)
            {
                for (var i = 0; i < width; i++)
                {
                    z[v] += T.CreateChecked(x[(t * width) + i]) * T.CreateChecked(weight[(v * width) + i]);
                }
            }

            var largest = z.Max()!;
            var log = largest + T.Log(z.Aggregate(T.Zero, (sum, value) => sum + T.Exp(value - largest)));
            logs[t] = double.CreateChecked(log);
            if (targets[t] < 0)
            {
                continue;
            }

            losses[t] = double.CreateChecked(log - z[targets[t]]);
            total += losses[t] + (zLossWeight * logs[t] * logs[t]);
            var unit = T.CreateChecked(lossGradient / count);
            for (var v = 0; v < vocabulary; v++)
            {
                var softmax = T.Exp(z[v] - log) * (T.One + (T.CreateChecked(2 * zLossWeight) * log));
                var dz = unit * (softmax - (v == targets[t] ? T.One : T.Zero));
                for (var i = 0; i < width; i++)
                {
                    dx[(t * width) + i] += dz * T.CreateChecked(weight[(v * width) + i]);
                    dw[(v * width) + i] += dz * T.CreateChecked(x[(t * width) + i]);
                }
            }
        }

        return new Result(
            losses, logs, count == 0 ? 0 : total / count, Array.ConvertAll(dx, double.CreateChecked), Array.ConvertAll(dw, double.CreateChecked));
    }

    /// <summary>Everything that the operator gives.</summary>
    /// <param name="CrossEntropy">[T], 0 without a target.</param>
    /// <param name="LogSumExp">[T].</param>
    /// <param name="Loss">The mean over the targets.</param>
    /// <param name="X">[T, D], gradient.</param>
    /// <param name="Weight">[V, D], gradient.</param>
    public sealed record Result(double[] CrossEntropy, double[] LogSumExp, double Loss, double[] X, double[] Weight);
}
