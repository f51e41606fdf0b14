using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <content>Both passes at once.</content>
public static unsafe partial class LinearCrossEntropy
{
    /// <summary>
    /// Loss and gradients in one pass, for a loss whose gradient is known beforehand: a block of tokens has all its logits at once (64 MiB of float32 at most,
    /// but 64 tokens at least), they become dz in place, and dz gives both gradients. Three products where <see cref="Forward"/> and <see cref="Backward"/> need
    /// four, and one exponential of a logit where they need two. Formulas as there; bits are this form's own.
    /// </summary>
    /// <param name="x">[T, D], float32 or float64; rows may be strided.</param>
    /// <param name="weight">[V, D], dense, of x's type.</param>
    /// <param name="targets">T tokens to predict, or <see cref="NoTarget"/>; the work of those without is saved.</param>
    /// <param name="targetCount">Targets of all micro-batches of the step: what the mean divides by. 0 gives zero gradients.</param>
    /// <param name="zLossWeight">Weight of L².</param>
    /// <param name="lossGradient">Gradient of the loss, 1 for a training step.</param>
    /// <param name="crossEntropy">[T], float64: L - z_y in nats, 0 where there is no target; null if not wanted.</param>
    /// <param name="logSumExp">[T], float64: L, 0 where there is no target; null if not wanted.</param>
    /// <param name="inputGradient">dx, [T, D] of x's type; rows may be strided; not x. Overwritten, with 0 where there is no target.</param>
    /// <param name="weightGradient">dweight, [V, D], dense; added to.</param>
    /// <returns>The sums over the tokens that have a target, in token order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A target is outside of the vocabulary, or <paramref name="targetCount"/> is negative.</exception>
    public static CrossEntropySums ForwardBackward(
        Tensor x, Tensor weight, ReadOnlySpan<int> targets, long targetCount, double zLossWeight, double lossGradient, Tensor? crossEntropy, Tensor? logSumExp,
        Tensor inputGradient, Tensor weightGradient)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Device is CudaDevice device)
        {
            return ForwardBackwardOnGpu(
                device, x, weight, targets, targetCount, zLossWeight, lossGradient, crossEntropy, logSumExp, inputGradient, weightGradient);
        }

        var problem = new HeadProblem(Name, x, weight, targets, wholeVocabulary: true);
        OperatorChecks.Activation(Name, nameof(inputGradient), inputGradient, x.Shape, x.DType);
        OperatorChecks.Dense(Name, nameof(weightGradient), weightGradient, weight.Shape, x.DType);
        ArgumentOutOfRangeException.ThrowIfNegative(targetCount);
        using var scratch = ScratchBuffer.Rent(checked((nint)(problem.ScratchFloats + (4L * targets.Length))));
        var values = (double*)(scratch.Floats + problem.ScratchFloats);
        var losses = PerToken(nameof(crossEntropy), crossEntropy, values, targets.Length);
        var logs = PerToken(nameof(logSumExp), logSumExp, values + targets.Length, targets.Length);
        var rows = new RowView(inputGradient);
        ClearRows(rows, x.DType.Bytes(problem.Width));
        var unit = targetCount == 0 ? 0 : lossGradient / targetCount;
        var block = problem.Place(scratch.Floats);
        for (var next = block.Gather(targets, 0, everyToken: false); block.Rows > 0; next = block.Gather(targets, next, everyToken: false))
        {
            block.BeginRows();
            block.Logits(0);
            block.ToGradientsAtOnce(unit, zLossWeight);
            for (var row = 0; row < block.Rows; row++)
            {
                logs[block.Tokens[row]] = block.Maxima[row];
                losses[block.Tokens[row]] = block.Maxima[row] - block.TargetLogits[row];
            }

            if (unit != 0)
            {
                block.AddToInputGradient(0);
                block.AddToWeightGradient(0, weightGradient.Pointer);
                block.Scatter(rows);
            }
        }

        return Sum(targets, losses, logs);
    }

    /// <summary>A value for each token, zero: in the tensor, or in scratch memory if there is none.</summary>
    private static Span<double> PerToken(string name, Tensor? tensor, double* scratch, int tokens)
    {
        if (tensor is not null)
        {
            OperatorChecks.Dense(Name, name, tensor, new Shape(tokens), DType.Float64);
        }

        var values = new Span<double>(tensor is null ? scratch : tensor.Pointer, tokens);
        values.Clear();
        return values;
    }

    private static void ClearRows(in RowView rows, long bytes)
    {
        for (var row = 0L; row < rows.Rows; row++)
        {
            new Span<byte>(rows.Row(row), checked((int)bytes)).Clear();
        }
    }
}
