using System.Buffers.Text;
using PlamoNative.Training.Loop;
using static PlamoNative.Training.Recording.RecordFields;

namespace PlamoNative.Training.Recording;

/// <summary>
/// metrics.csv: one table for spreadsheets, a row for each step and each validation; cells that a row has no value for are empty. The cells of validations
/// stand last. Incidents and checkpoints are in metrics.jsonl only.
/// </summary>
internal sealed class CsvRecorder : ITrainingObserver, IDisposable
{
    private const string ValidationLoss = "validation_loss";

    private static readonly string[] Columns =
    [
        RecordFields.Type, RecordFields.Step, TotalTokens, Epoch, Loss, CrossEntropy, ZLoss, LearningRate, GradientNorm, Skipped, Tokens, Targets, Seconds,
        TokensPerSecond, Mfu, PeakBytes, ValidationLoss, BitsPerByte, IsBest, Weights,
    ];

    /// <summary>Cells of a step after total_tokens and before those of a validation.</summary>
    private const int StepCells = 13;

    /// <summary>Cells of a validation.</summary>
    private const int ValidationCells = 4;

    private readonly RecordLog _log;
    private readonly double _peakFlops;
    private readonly CsvRow _row = new();

    /// <summary>Opens the table, taken back to <see cref="RunStart.ResumedFrom"/> where the run goes on.</summary>
    internal CsvRecorder(string path, RunStart start)
    {
        if (start.ResumedFrom is { } step)
        {
            LogRewind.Rewind(path, step, TryReadHead);
        }

        _log = RecordLog.Open(path, append: start.ResumedFrom is not null);
        _peakFlops = start.PeakFlopsPerSecond;
        if (_log.IsEmpty)
        {
            foreach (var column in Columns)
            {
                _row.Text(column);
            }

            _log.Append(_row.End());
        }
    }

    /// <inheritdoc/>
    public void OnStep(in StepRecord step)
    {
        _row.Text(Types.Step).Number(step.Step).Number(step.TotalTokens);
        _row.Number(step.Epoch).Number(step.Loss).Number(step.CrossEntropy).Number(step.ZLoss).Number(step.LearningRate).Number(step.GradientNorm);
        _row.Flag(step.Skipped).Number(step.TokenCount).Number(step.TargetCount).Number(step.Seconds).Number(step.TokensPerSecond);
        if (_peakFlops > 0)
        {
            _row.Number(step.FlopsPerSecond / _peakFlops);
        }
        else
        {
            _row.Empty(1);
        }

        _row.Number(step.PeakBytes).Empty(ValidationCells);
        _log.Append(_row.End());
    }

    /// <inheritdoc/>
    public void OnValidation(in ValidationRecord validation)
    {
        _row.Text(Types.Validation).Number(validation.Step).Number(validation.TotalTokens).Empty(StepCells);
        _row.Number(validation.Loss).Number(validation.BitsPerByte).Flag(validation.IsBest).Text(validation.Weights);
        _log.Append(_row.End());
    }

    /// <inheritdoc/>
    public void OnIncident(in TrainingIncident incident)
    {
    }

    /// <inheritdoc/>
    public void OnCheckpoint(long step, string folder) => _log.FlushToDisk();

    /// <inheritdoc/>
    public void Dispose() => _log.Dispose();

    /// <summary>A row is whole when it has all columns; the header belongs before every step.</summary>
    private static bool TryReadHead(ReadOnlySpan<byte> line, out LineHead head)
    {
        head = new LineHead(true, long.MinValue);
        if (line.Count((byte)',') != Columns.Length - 1)
        {
            return false;
        }

        var rest = line[(line.IndexOf((byte)',') + 1)..];
        if (line.StartsWith("type,"u8))
        {
            return true;
        }

        if (Utf8Parser.TryParse(rest, out long step, out var used) && used < rest.Length && rest[used] == ',')
        {
            head = new LineHead(true, step);
            return true;
        }

        return false;
    }
}
