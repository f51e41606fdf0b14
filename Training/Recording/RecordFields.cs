namespace PlamoNative.Training.Recording;

/// <summary>The names in metrics.jsonl and metrics.csv, in one place for writers and readers.</summary>
internal static class RecordFields
{
    internal const string Type = "type";
    internal const string Time = "time";
    internal const string Step = "step";
    internal const string TotalSteps = "total_steps";
    internal const string Tokens = "tokens";
    internal const string Targets = "targets";
    internal const string TotalTokens = "total_tokens";
    internal const string Loss = "loss";
    internal const string CrossEntropy = "cross_entropy";
    internal const string ZLoss = "z_loss";
    internal const string LearningRate = "learning_rate";
    internal const string GradientNorm = "gradient_norm";
    internal const string Skipped = "skipped";
    internal const string Seconds = "seconds";
    internal const string TokensPerSecond = "tokens_per_second";
    internal const string FlopsPerToken = "flops_per_token";
    internal const string Mfu = "mfu";
    internal const string PeakBytes = "peak_bytes";
    internal const string Epoch = "epoch";
    internal const string BitsPerByte = "bits_per_byte";
    internal const string IsBest = "is_best";
    internal const string Weights = "weights";
    internal const string Kind = "kind";
    internal const string Message = "message";
    internal const string Folder = "folder";

    /// <summary>The values of <see cref="Type"/>.</summary>
    internal static class Types
    {
        internal const string Step = "step";
        internal const string Validation = "validation";
        internal const string Incident = "incident";
        internal const string Checkpoint = "checkpoint";
    }
}
