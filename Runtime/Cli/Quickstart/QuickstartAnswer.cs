using System.Text.Json;
using PlamoNative.Cli.Rendering;
using PlamoNative.Cli.Runs;
using PlamoNative.Training.Loop;
using PlamoNative.Training.Synthetic;

namespace PlamoNative.Cli.Quickstart;

/// <summary>A beginning and what the model wrote behind it before and after training.</summary>
internal sealed record QuickstartSample(SamplePrompt Prompt, string Before, string After);

/// <summary>What the quickstart tells at its end.</summary>
internal sealed record QuickstartAnswer(RunReport Report, IReadOnlyList<QuickstartSample> Samples, SyntheticFiles Corpus, double CorpusSeconds, double TotalSeconds)
{
    private const int CurveWidth = 40;
    private const int MostPoints = 8;
    private const int BarWidth = 32;

    internal void WriteMembers(Utf8JsonWriter writer)
    {
        Report.WriteMembers(writer);
        writer.WriteNumber("total_seconds", TotalSeconds);
        writer.WriteStartArray("samples");
        foreach (var sample in Samples)
        {
            writer.WriteStartObject();
            writer.WriteString("prompt", sample.Prompt.Prompt);
            writer.WriteString("before", sample.Before);
            writer.WriteString("after", sample.After);
            writer.WriteString("answer", sample.Prompt.Answer);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("heldout_losses");
        foreach (var score in Report.Metrics.Validations)
        {
            writer.WriteStartObject();
            writer.WriteNumber("step", score.Step);
            writer.WriteFinite("loss", score.Loss);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("stages");
        RunReport.WriteStage(writer, "corpus", CorpusSeconds);
        RunReport.WriteStage(writer, "train", Report.Seconds);
        RunReport.WriteStage(writer, "write", TotalSeconds - CorpusSeconds - Report.Seconds);
        writer.WriteEndArray();
    }

    internal void Print(TextWriter output)
    {
        output.WriteLine("What the model writes, before and after (the beginnings were not in its corpus):");
        foreach (var sample in Samples)
        {
            output.WriteLine();
            output.WriteLine($"  {OneLineText.Clean(sample.Prompt.Prompt)}");
            output.WriteLine($"    before  {OneLineText.Clean(sample.Before)}");
            output.WriteLine($"    after   {OneLineText.Clean(sample.After)}");
            if (sample.Prompt.Answer is { } answer)
            {
                output.WriteLine($"    right   {OneLineText.Clean(answer)}");
            }
        }

        output.WriteLine();
        PrintCurve(output, Report.Metrics.Validations);
        output.WriteLine();
        Report.Print(output);
        output.WriteLine($"  corpus          {Corpus.Training}, {Corpus.HeldOut}");
        output.WriteLine($"  configuration   {Path.Combine(Report.Folder, "config.yaml")}");
        output.WriteLine();
        output.WriteLine("Go on:");
        output.WriteLine($"  plamo generate --model {Report.Outcome.Model} --prompt {OneLineText.Clean(Samples[0].Prompt.Prompt)} --temperature 0.5");
        output.WriteLine($"  plamo train --config {Path.Combine(Report.Folder, "config.yaml")} --set output=another-run --set schedule.duration=10m");
    }

    /// <summary>Held-out loss over steps: the curve in a line, then some points as bars.</summary>
    private static void PrintCurve(TextWriter output, IReadOnlyList<ValidationRecord> scores)
    {
        if (scores.Count == 0)
        {
            return;
        }

        output.WriteLine($"Held-out loss, nats a token  {Sparkline.Of([.. scores.Select(static score => score.Loss)], CurveWidth)}");
        var largest = scores.Max(static score => score.Loss);
        var points = Math.Min(scores.Count, MostPoints);
        for (var i = 0; i < points; i++)
        {
            var score = scores[points == 1 ? 0 : (int)((long)i * (scores.Count - 1) / (points - 1))];
            output.WriteLine(FormattableString.Invariant($"  step {score.Step,6}  {score.Loss,7:0.000}  {new string('█', (int)Math.Round(score.Loss / largest * BarWidth))}"));
        }
    }
}
