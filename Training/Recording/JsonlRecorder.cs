using System.Buffers;
using System.Text.Json;
using PlamoNative.Training.Loop;
using static PlamoNative.Training.Recording.RecordFields;

namespace PlamoNative.Training.Recording;

/// <summary>
/// metrics.jsonl: one JSON object a line. Numbers round-trip; those that JSON cannot say are the strings "NaN", "Infinity" and "-Infinity". Only "time",
/// "seconds", "tokens_per_second" and "mfu" differ between a run and its repetition.
/// </summary>
internal sealed class JsonlRecorder : ITrainingObserver, IDisposable
{
    private const int LongestMessage = 4096;

    private readonly RecordLog _log;
    private readonly TimeProvider _clock;
    private readonly double _peakFlops;
    private readonly ArrayBufferWriter<byte> _line = new(1024);
    private readonly Utf8JsonWriter _json;

    /// <summary>Opens the log, taken back to <see cref="RunStart.ResumedFrom"/> where the run goes on.</summary>
    internal JsonlRecorder(string path, RunStart start)
    {
        if (start.ResumedFrom is { } step)
        {
            LogRewind.Rewind(path, step, JsonlLine.TryReadHead);
        }

        _log = RecordLog.Open(path, append: start.ResumedFrom is not null);
        _clock = start.Clock;
        _peakFlops = start.PeakFlopsPerSecond;
        _json = new Utf8JsonWriter(_line, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    /// <inheritdoc/>
    public void OnStep(in StepRecord step)
    {
        Begin(Types.Step, step.Step);
        _json.WriteNumber(TotalSteps, step.TotalSteps);
        _json.WriteNumber(Tokens, step.TokenCount);
        _json.WriteNumber(Targets, step.TargetCount);
        _json.WriteNumber(TotalTokens, step.TotalTokens);
        Number(Epoch, step.Epoch);
        Number(Loss, step.Loss);
        Number(CrossEntropy, step.CrossEntropy);
        Number(ZLoss, step.ZLoss);
        Number(LearningRate, step.LearningRate);
        Number(GradientNorm, step.GradientNorm);
        _json.WriteBoolean(Skipped, step.Skipped);
        Number(Seconds, step.Seconds);
        Number(TokensPerSecond, step.TokensPerSecond);
        Number(FlopsPerToken, step.FlopsPerToken);
        if (_peakFlops > 0)
        {
            Number(Mfu, step.FlopsPerSecond / _peakFlops);
        }

        _json.WriteNumber(PeakBytes, step.PeakBytes);
        End();
    }

    /// <inheritdoc/>
    public void OnValidation(in ValidationRecord validation)
    {
        Begin(Types.Validation, validation.Step);
        _json.WriteNumber(TotalTokens, validation.TotalTokens);
        Number(Loss, validation.Loss);
        Number(BitsPerByte, validation.BitsPerByte);
        _json.WriteNumber(Targets, validation.TargetCount);
        _json.WriteBoolean(IsBest, validation.IsBest);
        _json.WriteString(Weights, validation.Weights);
        End();
    }

    /// <inheritdoc/>
    public void OnIncident(in TrainingIncident incident)
    {
        Begin(Types.Incident, incident.Step);
        _json.WriteString(Kind, incident.Kind);
        _json.WriteString(Message, incident.Message.Length > LongestMessage ? incident.Message[..LongestMessage] : incident.Message);
        End();
    }

    /// <inheritdoc/>
    public void OnCheckpoint(long step, string folder)
    {
        Begin(Types.Checkpoint, step);
        _json.WriteString(Folder, folder);
        End();
        _log.FlushToDisk();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _json.Dispose();
        _log.Dispose();
    }

    private void Begin(string type, long step)
    {
        _line.ResetWrittenCount();
        _json.Reset(_line);
        _json.WriteStartObject();
        _json.WriteString(RecordFields.Type, type);
        _json.WriteNumber(RecordFields.Step, step);
        _json.WriteString(Time, _clock.GetUtcNow().UtcDateTime);
    }

    private void Number(string name, double value)
    {
        if (double.IsFinite(value))
        {
            _json.WriteNumber(name, value);
        }
        else
        {
            _json.WriteString(name, double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
        }
    }

    private void End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _line.Write("\n"u8);
        _log.Append(_line.WrittenSpan);
    }
}
