using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// The language model's head and loss in one: logits = x · weightᵀ, and of each token that has a target y the cross-entropy <c>L - z_y</c> with
/// L = log Σ_v exp z_v, and the z-loss' L². Logits exist only as one block of tokens and vocabulary at a time; the backward pass
/// recomputes them, and <see cref="ForwardBackward"/> does both passes at once where the loss' gradient is known beforehand.
/// </summary>
public static unsafe partial class LinearCrossEntropy
{
    /// <summary>No target: the token counts neither in sums nor in their number.</summary>
    public const int NoTarget = -1;

    private const string Name = nameof(LinearCrossEntropy);

    /// <summary>The forward pass.</summary>
    /// <param name="x">[T, D], float32 or float64; rows may be strided.</param>
    /// <param name="weight">[V, D], dense, of x's type.</param>
    /// <param name="targets">T tokens to predict, or <see cref="NoTarget"/>.</param>
    /// <param name="everyToken">Whether L is wanted of tokens without a target too; else their work is saved and their L is 0.</param>
    /// <param name="crossEntropy">[T], float64: L - z_y in nats, 0 where there is no target.</param>
    /// <param name="logSumExp">[T], float64: L.</param>
    /// <returns>The sums over the tokens that have a target, in token order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A target is outside of the vocabulary.</exception>
    public static CrossEntropySums Forward(
        Tensor x, Tensor weight, ReadOnlySpan<int> targets, bool everyToken, Tensor crossEntropy, Tensor logSumExp)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Device is CudaDevice device)
        {
            return ForwardOnGpu(device, x, weight, targets, everyToken, crossEntropy, logSumExp);
        }

        var problem = new HeadProblem(Name, x, weight, targets);
        OperatorChecks.Dense(Name, nameof(crossEntropy), crossEntropy, new Shape(targets.Length), DType.Float64);
        OperatorChecks.Dense(Name, nameof(logSumExp), logSumExp, new Shape(targets.Length), DType.Float64);
        var losses = new Span<double>(crossEntropy.Pointer, targets.Length);
        var logs = new Span<double>(logSumExp.Pointer, targets.Length);
        losses.Clear();
        logs.Clear();
        using var scratch = ScratchBuffer.Rent(problem.ScratchFloats);
        var block = problem.Place(scratch.Floats);
        for (var next = block.Gather(targets, 0, everyToken); block.Rows > 0; next = block.Gather(targets, next, everyToken))
        {
            block.BeginRows();
            for (var v = 0; v < problem.Vocabulary; v += HeadProblem.VocabularyAtOnce)
            {
                block.Logits(v);
                block.AddExponentials(v);
            }

            for (var row = 0; row < block.Rows; row++)
            {
                var token = block.Tokens[row];
                logs[token] = block.Maxima[row] + DoubleMath.Log(block.Sums[row]);
                losses[token] = targets[token] == NoTarget ? 0 : logs[token] - block.TargetLogits[row];
            }
        }

        return Sum(targets, losses, logs);
    }

    /// <summary>
    /// The backward pass: with u = <paramref name="lossGradient"/> / <paramref name="targetCount"/>, <c>dz = u (softmax · (1 + 2 zLossWeight L) - onehot(y))</c>,
    /// <c>dx = dz · weight</c>, <c>dweight += dzᵀ · x</c>.
    /// </summary>
    /// <param name="x">As in the forward pass.</param>
    /// <param name="weight">As in the forward pass.</param>
    /// <param name="targets">As in the forward pass.</param>
    /// <param name="logSumExp">[T], float64, from the forward pass.</param>
    /// <param name="targetCount">Targets of all micro-batches of the step: what the mean divides by. 0 gives zero gradients.</param>
    /// <param name="zLossWeight">Weight of L².</param>
    /// <param name="lossGradient">Gradient of the loss, 1 at the end of a tape.</param>
    /// <param name="inputGradient">dx, [T, D] of x's type; rows may be strided; not x. Overwritten, with 0 where there is no target.</param>
    /// <param name="weightGradient">dweight, [V, D], dense; added to.</param>
    public static void Backward(
        Tensor x, Tensor weight, ReadOnlySpan<int> targets, Tensor logSumExp, long targetCount, double zLossWeight, double lossGradient,
        Tensor inputGradient, Tensor weightGradient)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Device is CudaDevice device)
        {
            BackwardOnGpu(device, x, weight, targets, logSumExp, targetCount, zLossWeight, lossGradient, inputGradient, weightGradient);
            return;
        }

        var problem = new HeadProblem(Name, x, weight, targets);
        OperatorChecks.Dense(Name, nameof(logSumExp), logSumExp, new Shape(targets.Length), DType.Float64);
        OperatorChecks.Activation(Name, nameof(inputGradient), inputGradient, x.Shape, x.DType);
        OperatorChecks.Dense(Name, nameof(weightGradient), weightGradient, weight.Shape, x.DType);
        ArgumentOutOfRangeException.ThrowIfNegative(targetCount);
        var rows = new RowView(inputGradient);
        for (var token = 0; token < targets.Length; token++)
        {
            new Span<byte>(rows.Row(token), checked((int)x.DType.Bytes(problem.Width))).Clear();
        }

        if (targetCount == 0)
        {
            return;
        }

        using var scratch = ScratchBuffer.Rent(problem.ScratchFloats);
        var block = problem.Place(scratch.Floats);
        var logs = new ReadOnlySpan<double>(logSumExp.Pointer, targets.Length);
        var unit = lossGradient / targetCount;
        for (var next = block.Gather(targets, 0, everyToken: false); block.Rows > 0; next = block.Gather(targets, next, everyToken: false))
        {
            block.BeginRows();
            for (var row = 0; row < block.Rows; row++)
            {
                // In the places of the forward pass' running maximum and sum: L, and the factor of the softmax.
                var log = logs[block.Tokens[row]];
                block.Maxima[row] = log;
                block.Sums[row] = unit * (1 + (2 * zLossWeight * log));
            }

            for (var v = 0; v < problem.Vocabulary; v += HeadProblem.VocabularyAtOnce)
            {
                block.Logits(v);
                block.ToGradients(v, unit);
                block.AddToInputGradient(v);
                block.AddToWeightGradient(v, weightGradient.Pointer);
            }

            block.Scatter(rows);
        }
    }

    /// <summary>In token order, so that the blocks leave no trace in the bits.</summary>
    private static CrossEntropySums Sum(ReadOnlySpan<int> targets, ReadOnlySpan<double> losses, ReadOnlySpan<double> logs)
    {
        var (count, sum, squares) = (0L, 0.0, 0.0);
        for (var token = 0; token < targets.Length; token++)
        {
            if (targets[token] != NoTarget)
            {
                count++;
                sum += losses[token];
                squares += logs[token] * logs[token];
            }
        }

        return new CrossEntropySums(count, sum, squares);
    }
}
