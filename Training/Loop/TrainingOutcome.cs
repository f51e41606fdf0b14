namespace PlamoNative.Training.Loop;

/// <summary>How a run ended.</summary>
/// <param name="Steps">Steps in all.</param>
/// <param name="Tokens">Tokens in all.</param>
/// <param name="TrainLoss">Mean loss of the last steps, at most 100; NaN without one.</param>
/// <param name="FirstHeldOutLoss">Held-out cross-entropy before the first step, nats a token; null without held-out text.</param>
/// <param name="LastHeldOutLoss">The last one.</param>
/// <param name="BestHeldOutLoss">The lowest one.</param>
/// <param name="BitsPerByte">Bits a byte of the last validation; NaN when unknown.</param>
/// <param name="Checkpoint">The last checkpoint's folder.</param>
/// <param name="Model">The folder of the final weights; null when the run was interrupted.</param>
/// <param name="Ending">Why it ended.</param>
public sealed record TrainingOutcome(
    long Steps,
    long Tokens,
    double TrainLoss,
    double? FirstHeldOutLoss,
    double? LastHeldOutLoss,
    double? BestHeldOutLoss,
    double BitsPerByte,
    string Checkpoint,
    string? Model,
    TrainingEnding Ending);

/// <summary>Why a run ended.</summary>
public enum TrainingEnding
{
    /// <summary>All steps are done, or the time is over.</summary>
    Complete,

    /// <summary>Held-out loss has not improved for long enough.</summary>
    EarlyStop,

    /// <summary>It was asked to stop; it can be resumed.</summary>
    Interrupted,
}
