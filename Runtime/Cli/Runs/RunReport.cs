using System.Globalization;
using System.Text.Json;
using PlamoNative.Cli.Rendering;
using PlamoNative.Training.Loop;
using PlamoNative.Training.Recording;

namespace PlamoNative.Cli.Runs;

/// <summary>A run that has ended.</summary>
/// <param name="Folder">The run's folder.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Metrics">What it recorded.</param>
/// <param name="Parameters">Values that were trained.</param>
/// <param name="Seconds">Wall time of this process' part.</param>
/// <param name="Picture">The plot of its losses; null when there is none.</param>
internal sealed record RunReport(string Folder, TrainingOutcome Outcome, RunMetrics Metrics, long Parameters, double Seconds, string? Picture)
{
    private const int MostLossesOfSummary = 100;

    /// <summary>Mean loss of the run's last tenth, whichever process did it, or of its last hundred steps.</summary>
    private double TrainLoss => Metrics.Steps.Count == 0 ? Outcome.TrainLoss : LossSummary.Of(Metrics, Math.Clamp(Metrics.Steps.Count / 10, 1, MostLossesOfSummary)).TrainLoss;

    /// <summary>The members that scripts read of every answer about a training.</summary>
    internal void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteNumber("steps", Outcome.Steps);
        writer.WriteNumber("tokens", Outcome.Tokens);
        writer.WriteFinite("train_loss", TrainLoss);
        writer.WriteFinite("heldout_loss_first", Outcome.FirstHeldOutLoss ?? double.NaN);
        writer.WriteFinite("heldout_loss_last", Outcome.LastHeldOutLoss ?? double.NaN);
        writer.WriteFinite("heldout_loss_best", Outcome.BestHeldOutLoss ?? double.NaN);
        writer.WriteFinite("heldout_bits_per_byte", Outcome.BitsPerByte);
        writer.WriteString("checkpoint", Outcome.Checkpoint);
        writer.WriteString("model", Outcome.Model);
        writer.WriteString("ending", EndingName);
        writer.WriteNumber("parameters", Parameters);
        writer.WriteNumber("seconds", Seconds);
        writer.WriteString("out", Folder);
        writer.WriteString("plot", Picture);
    }

    /// <summary>A stage in the answer's list of stages.</summary>
    internal static void WriteStage(Utf8JsonWriter writer, string name, double seconds)
    {
        writer.WriteStartObject();
        writer.WriteString("stage", name);
        writer.WriteNumber("seconds", seconds);
        writer.WriteEndObject();
    }

    /// <summary>What a person reads at the end.</summary>
    internal void Print(TextWriter output)
    {
        var ending = Outcome.Ending switch
        {
            TrainingEnding.Interrupted => "stopped, to go on with --resume",
            TrainingEnding.EarlyStop => "ended early, since held-out text was predicted no better",
            _ => "complete",
        };
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{ending}: {Units.Count(Outcome.Steps)} steps, {Units.Count(Outcome.Tokens)} tokens, {RunProgress.Short(TimeSpan.FromSeconds(Seconds))}"));
        output.WriteLine(FormattableString.Invariant($"  training loss   {TrainLoss:0.0000} nats a token, mean of the last steps"));
        if (Outcome is { FirstHeldOutLoss: { } first, LastHeldOutLoss: { } last, BestHeldOutLoss: { } best })
        {
            var bits = double.IsFinite(Outcome.BitsPerByte) ? FormattableString.Invariant($", {Outcome.BitsPerByte:0.000} bits a byte") : "";
            output.WriteLine(FormattableString.Invariant($"  held-out loss   {first:0.0000} at first, {last:0.0000} at the end{bits}; the best {best:0.0000}"));
        }

        output.WriteLine($"  checkpoint      {Outcome.Checkpoint}");
        if (Outcome.Model is { } model)
        {
            output.WriteLine($"  final weights   {model}");
        }

        if (Picture is { } picture)
        {
            output.WriteLine($"  losses          {picture}");
        }
    }

    private string EndingName => Outcome.Ending switch
    {
        TrainingEnding.Interrupted => "interrupted",
        TrainingEnding.EarlyStop => "early_stop",
        _ => "complete",
    };
}
