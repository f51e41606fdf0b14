namespace PlamoNative.Training.Recording;

/// <summary>The numbers that a report or a script asks of a run first.</summary>
/// <param name="Steps">Number of the last step; 0 when there was none.</param>
/// <param name="Tokens">Training tokens.</param>
/// <param name="TrainLoss">Mean loss of the last steps that were not skipped, nats a token; NaN when there are none.</param>
/// <param name="SkippedSteps">Steps that left the parameters as they were.</param>
/// <param name="Seconds">Wall time of all steps.</param>
/// <param name="HeldOutFirst">Held-out loss of the first validation, nats a token; NaN without validations, as the next four.</param>
/// <param name="HeldOutLast">Of the last one.</param>
/// <param name="HeldOutBest">The lowest.</param>
/// <param name="BitsPerByteFirst">Bits a byte of the first validation; NaN when unknown.</param>
/// <param name="BitsPerByteLast">Of the last one.</param>
/// <param name="BestStep">The step of the lowest loss; null without validations.</param>
public readonly record struct LossSummary(
    long Steps,
    long Tokens,
    double TrainLoss,
    int SkippedSteps,
    double Seconds,
    double HeldOutFirst,
    double HeldOutLast,
    double HeldOutBest,
    double BitsPerByteFirst,
    double BitsPerByteLast,
    long? BestStep)
{
    /// <summary>Sums a run up. Where both the weights and their running average were scored, the kind that was scored last counts.</summary>
    /// <param name="metrics">What the run recorded.</param>
    /// <param name="lastSteps">How many steps the training loss is a mean of; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lastSteps"/> is below 1.</exception>
    public static LossSummary Of(RunMetrics metrics, int lastSteps = 50)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentOutOfRangeException.ThrowIfLessThan(lastSteps, 1);
        var weights = metrics.Validations.Count > 0 ? metrics.Validations[^1].Weights : "";
        var heldOut = metrics.Validations.Where(v => v.Weights == weights).ToArray();
        var best = heldOut.Length == 0 ? default : heldOut.MinBy(v => double.IsNaN(v.Loss) ? double.PositiveInfinity : v.Loss);
        var isScored = heldOut.Length > 0;
        var last = metrics.Steps.Count > 0 ? metrics.Steps[^1] : default;
        return new LossSummary(
            last.Step,
            last.TotalTokens,
            metrics.Steps.Where(s => !s.Skipped).TakeLast(lastSteps).Select(s => s.Loss).DefaultIfEmpty(double.NaN).Average(),
            metrics.Steps.Count(s => s.Skipped),
            metrics.Steps.Sum(s => s.Seconds),
            isScored ? heldOut[0].Loss : double.NaN,
            isScored ? heldOut[^1].Loss : double.NaN,
            isScored ? best.Loss : double.NaN,
            isScored ? heldOut[0].BitsPerByte : double.NaN,
            isScored ? heldOut[^1].BitsPerByte : double.NaN,
            isScored ? best.Step : null);
    }
}
