using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// Gradients of the reductions that are no mere broadcast. Results and their gradients are given with the reduced axes as size 1, as kernels see them
/// broadcast. The rules of <see cref="Reduction"/> hold.
/// </summary>
public static class ReductionGradient
{
    /// <summary>output (+)= gradient where x is the maximum, 0 elsewhere; of equal maxima the first in row-major order gets it, a NaN being its own maximum.</summary>
    /// <param name="gradient">Gradient of the maxima.</param>
    /// <param name="x">The input.</param>
    /// <param name="maxima">The forward result.</param>
    /// <param name="axes">The reduced axes.</param>
    /// <param name="output">Gradient of x.</param>
    /// <param name="accumulate">Add to what the output holds.</param>
    public static void Max(Tensor gradient, Tensor x, Tensor maxima, ReadOnlySpan<int> axes, Tensor output, bool accumulate = false)
    {
        Check(nameof(Max), gradient, x, maxima, output);
        var mask = ReductionChecks.Mask(x, axes);
        ReductionChecks.Output(nameof(Max), x.Shape, mask, gradient);
        ReductionChecks.Output(nameof(Max), x.Shape, mask, maxima);
        if (!accumulate)
        {
            Pointwise.Fill(output, 0);
        }

        MaxGradientKernel.Run(gradient, x, maxima, mask, output);
    }

    /// <summary>output (+)= gradient · e^(x - logSumExp).</summary>
    /// <param name="gradient">Gradient of the log-sum-exps.</param>
    /// <param name="x">The input.</param>
    /// <param name="logSumExp">The forward result.</param>
    /// <param name="output">Gradient of x.</param>
    /// <param name="accumulate">Add to what the output holds.</param>
    public static void LogSumExp(Tensor gradient, Tensor x, Tensor logSumExp, Tensor output, bool accumulate = false)
    {
        Check(nameof(LogSumExp), gradient, x, logSumExp, output);
        PointwiseKernel<SoftmaxOperators.LogSumExpGradient>.Run(default, gradient, x, logSumExp, output, accumulate);
    }

    private static void Check(string operation, Tensor gradient, Tensor x, Tensor result, Tensor output)
    {
        PointwiseChecks.Output(operation, output);
        PointwiseChecks.Input(operation, nameof(gradient), gradient, output);
        PointwiseChecks.Input(operation, nameof(x), x, output);
        PointwiseChecks.Input(operation, nameof(result), result, output);
    }
}
