namespace PlamoNative.Training.Loop;

/// <summary>Told what happens in a run, on the trainer's thread and in order: recorders and live views are observers.</summary>
public interface ITrainingObserver
{
    /// <summary>A step is done (also one that was skipped).</summary>
    void OnStep(in StepRecord step);

    /// <summary>Held-out data was scored.</summary>
    void OnValidation(in ValidationRecord validation);

    /// <summary>Something that a person should know, in one line: a skipped step, a rollback, a checkpoint that could not be written.</summary>
    void OnIncident(in TrainingIncident incident);

    /// <summary>A checkpoint is complete on disk.</summary>
    /// <param name="step">The step it was taken after.</param>
    /// <param name="folder">Where it lies.</param>
    void OnCheckpoint(long step, string folder);
}

/// <summary>One optimizer step.</summary>
/// <param name="Step">Its number, from 1.</param>
/// <param name="TotalSteps">Steps of the whole run; 0 when time or early stopping ends it.</param>
/// <param name="TokenCount">Tokens of this step.</param>
/// <param name="TargetCount">Tokens of this step that had a target.</param>
/// <param name="TotalTokens">Tokens of the run so far.</param>
/// <param name="Loss">Mean cross-entropy plus weighted z-loss, nats.</param>
/// <param name="CrossEntropy">Mean cross-entropy, nats.</param>
/// <param name="ZLoss">Weighted z-loss, nats.</param>
/// <param name="LearningRate">Rate of the step.</param>
/// <param name="GradientNorm">2-norm of all gradients, before clipping.</param>
/// <param name="Skipped">The guard left the parameters as they were.</param>
/// <param name="Seconds">Wall time of the step.</param>
/// <param name="FlopsPerToken">Model FLOPs of a token (forward and backward, nothing recomputed), mean over the step.</param>
/// <param name="PeakBytes">Most bytes of tensors that were live at once so far.</param>
/// <param name="Epoch">Passes over the data so far, fractions included.</param>
public readonly record struct StepRecord(
    long Step,
    long TotalSteps,
    long TokenCount,
    long TargetCount,
    long TotalTokens,
    double Loss,
    double CrossEntropy,
    double ZLoss,
    double LearningRate,
    double GradientNorm,
    bool Skipped,
    double Seconds,
    double FlopsPerToken,
    long PeakBytes,
    double Epoch)
{
    /// <summary>Tokens a second.</summary>
    public double TokensPerSecond => Seconds > 0 ? TokenCount / Seconds : 0;

    /// <summary>Model FLOPs a second.</summary>
    public double FlopsPerSecond => FlopsPerToken * TokensPerSecond;
}

/// <summary>Held-out data, scored.</summary>
/// <param name="Step">After which step; 0 before the first.</param>
/// <param name="TotalTokens">Training tokens so far.</param>
/// <param name="Loss">Mean cross-entropy, nats a token.</param>
/// <param name="BitsPerByte">Bits a byte of UTF-8 text; NaN when the text's bytes are unknown.</param>
/// <param name="TargetCount">Tokens scored.</param>
/// <param name="IsBest">The lowest loss so far.</param>
/// <param name="Weights">Which weights: "model" or "ema".</param>
public readonly record struct ValidationRecord(long Step, long TotalTokens, double Loss, double BitsPerByte, long TargetCount, bool IsBest, string Weights);

/// <summary>Something unusual.</summary>
/// <param name="Step">During which step.</param>
/// <param name="Kind">What kind, in one word: "skipped", "rollback", "checkpoint", "early-stop", "data".</param>
/// <param name="Message">One line.</param>
public readonly record struct TrainingIncident(long Step, string Kind, string Message);
