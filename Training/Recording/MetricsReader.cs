using System.Text.Json;
using PlamoNative.Engine;
using PlamoNative.Training.Loop;
using static PlamoNative.Training.Recording.RecordFields;

namespace PlamoNative.Training.Recording;

/// <summary>Reads metrics.jsonl back, also of a run that is still going on or was killed in the middle of a line.</summary>
public static class MetricsReader
{
    /// <summary>Reads all records. A damaged last line is left out; lines of a type that this version does not know are too.</summary>
    /// <exception cref="ModelFormatException">Another line is damaged, or a field is missing or of a wrong type: the message names line and field.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static RunMetrics Read(string path)
    {
        var steps = new List<StepRecord>();
        var validations = new List<ValidationRecord>();
        var incidents = new List<TrainingIncident>();
        var checkpoints = new List<CheckpointRecord>();
        var damagedLine = 0;
        using var lines = LineReader.Open(path);
        while (lines.Next(out var line))
        {
            if (damagedLine > 0)
            {
                throw new ModelFormatException(path, $"line {damagedLine}", "a record", "a damaged line before the last one");
            }

            using var document = lines.IsTorn ? null : JsonlLine.TryParse(line);
            if (document is null)
            {
                damagedLine = lines.Number;
                continue;
            }

            var record = new JsonRecord(path, lines.Number, document.RootElement);
            switch (record.Text(RecordFields.Type))
            {
                case Types.Step:
                    steps.Add(Step(record));
                    break;
                case Types.Validation:
                    validations.Add(new ValidationRecord(
                        record.Whole(RecordFields.Step), record.Whole(TotalTokens), record.Number(Loss), record.Number(BitsPerByte), record.Whole(Targets),
                        record.Flag(IsBest), record.Text(Weights)));
                    break;
                case Types.Incident:
                    incidents.Add(new TrainingIncident(record.Whole(RecordFields.Step), record.Text(Kind), record.Text(Message)));
                    break;
                case Types.Checkpoint:
                    checkpoints.Add(new CheckpointRecord(record.Whole(RecordFields.Step), record.Text(Folder)));
                    break;
            }
        }

        return new RunMetrics(steps, validations, incidents, checkpoints);
    }

    private static StepRecord Step(JsonRecord record) => new(
        Step: record.Whole(RecordFields.Step),
        TotalSteps: record.Whole(TotalSteps),
        TokenCount: record.Whole(Tokens),
        TargetCount: record.Whole(Targets),
        TotalTokens: record.Whole(TotalTokens),
        Loss: record.Number(Loss),
        CrossEntropy: record.Number(CrossEntropy),
        ZLoss: record.Number(ZLoss),
        LearningRate: record.Number(LearningRate),
        GradientNorm: record.Number(GradientNorm),
        Skipped: record.Flag(Skipped),
        Seconds: record.Number(Seconds),
        FlopsPerToken: record.Number(FlopsPerToken),
        PeakBytes: record.Whole(PeakBytes),
        Epoch: record.Number(Epoch));
}
