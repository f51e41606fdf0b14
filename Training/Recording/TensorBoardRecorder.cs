using System.Globalization;
using PlamoNative.Training.Loop;

namespace PlamoNative.Training.Recording;

/// <summary>
/// events.out.tfevents.TIMESTAMP.HOST: a new file for every start of the run. It begins with a session start at the first step to come. TensorBoard takes
/// the first one of a run as its beginning; at every later one it forgets what a killed run wrote about that step and those after it.
/// </summary>
internal sealed class TensorBoardRecorder : ITrainingObserver, IDisposable
{
    private const string FilePrefix = "events.out.tfevents.";

    private static readonly string[] TrainTags =
        ["train/loss", "train/cross_entropy", "train/learning_rate", "train/gradient_norm", "train/tokens_per_second", "train/mfu"];

    private static readonly string[] ValidationTags = ["validation/loss", "validation/bits_per_byte"];

    private static readonly string[] AverageTags = ["validation_ema/loss", "validation_ema/bits_per_byte"];

    private readonly RecordLog _log;
    private readonly EventWriter _events = new();
    private readonly TimeProvider _clock;
    private readonly double _peakFlops;
    private readonly double[] _values = new double[TrainTags.Length];

    /// <summary>Starts a file in a folder.</summary>
    internal TensorBoardRecorder(string folder, RunStart start)
    {
        _clock = start.Clock;
        _peakFlops = start.PeakFlopsPerSecond;
        _log = RecordLog.Open(NewFile(folder), append: false);
        _log.Append(_events.FileVersion(WallTime()));
        _log.Append(_events.SessionStart(WallTime(), start.ResumedFrom + 1 ?? 0));
    }

    /// <inheritdoc/>
    public void OnStep(in StepRecord step)
    {
        _values[0] = step.Loss;
        _values[1] = step.CrossEntropy;
        _values[2] = step.LearningRate;
        _values[3] = step.GradientNorm;
        _values[4] = step.TokensPerSecond;
        _values[5] = step.FlopsPerSecond / _peakFlops;
        Write(step.Step, TrainTags.AsSpan(0, _peakFlops > 0 ? 6 : 5));
    }

    /// <inheritdoc/>
    public void OnValidation(in ValidationRecord validation)
    {
        _values[0] = validation.Loss;
        _values[1] = validation.BitsPerByte;
        Write(validation.Step, (validation.Weights == "ema" ? AverageTags : ValidationTags).AsSpan(0, double.IsNaN(validation.BitsPerByte) ? 1 : 2));
    }

    /// <inheritdoc/>
    public void OnIncident(in TrainingIncident incident) => OnText(incident.Step, "incidents", $"{incident.Kind}: {incident.Message}");

    /// <inheritdoc/>
    public void OnCheckpoint(long step, string folder) => _log.FlushToDisk();

    /// <summary>Records a text, such as a sample.</summary>
    internal void OnText(long step, string tag, string text) => _log.Append(_events.Text(WallTime(), step, tag, text));

    /// <inheritdoc/>
    public void Dispose()
    {
        _events.Dispose();
        _log.Dispose();
    }

    private void Write(long step, ReadOnlySpan<string> tags) => _log.Append(_events.Scalars(WallTime(), step, tags, _values.AsSpan(0, tags.Length)));

    private double WallTime() => (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / (double)TimeSpan.TicksPerSecond;

    /// <summary>Readers take the files in the order of their names: two starts in one second, or a clock put back, must not change it.</summary>
    private string NewFile(string folder)
    {
        var seconds = _clock.GetUtcNow().ToUnixTimeSeconds();
        foreach (var file in Directory.EnumerateFiles(folder, FilePrefix + "*"))
        {
            var name = Path.GetFileName(file.AsSpan())[FilePrefix.Length..];
            var digits = name.IndexOf('.') is var dot and >= 0 ? name[..dot] : name;
            if (long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var earlier) && earlier < long.MaxValue)
            {
                seconds = Math.Max(seconds, earlier + 1);
            }
        }

        return Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{FilePrefix}{seconds:D10}.{Environment.MachineName}"));
    }
}
