using System.Globalization;
using PlamoNative.Cli.Rendering;
using PlamoNative.Training.Loop;

namespace PlamoNative.Cli.Runs;

/// <summary>A run as lines, for files and pipes: every score and every incident, and a step now and then, rarer the longer the run goes on.</summary>
internal sealed class PlainRunView(Notices notices, RunProgress progress) : IRunView
{
    private const double RarerBy = 8;

    private static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LargestInterval = TimeSpan.FromSeconds(30);

    private TimeSpan _next;

    public void OnStep(in StepRecord step)
    {
        progress.Add(step);
        var now = progress.Elapsed;
        if (now >= _next)
        {
            _next = now + TimeSpan.FromSeconds(Math.Clamp(now.TotalSeconds / RarerBy, LeastInterval.TotalSeconds, LargestInterval.TotalSeconds));
            notices.Add(progress.Line());
        }
    }

    public void OnValidation(in ValidationRecord validation)
    {
        progress.Add(validation);
        notices.Add(LineOf(validation));
    }

    public void OnIncident(in TrainingIncident incident) => notices.Add($"{incident.Kind}: {OneLineText.Clean(incident.Message)}");

    public void OnCheckpoint(long step, string folder) => notices.Add(OneLineText.Clean($"checkpoint: {folder}"));

    public void Message(string line) => notices.Add(OneLineText.Clean(line));

    public void Dispose()
    {
        if (progress.Step.Step > 0)
        {
            notices.Add(progress.Line());
        }
    }

    /// <summary>A score of held-out text in one line.</summary>
    internal static string LineOf(in ValidationRecord validation)
    {
        var bits = double.IsFinite(validation.BitsPerByte) ? string.Create(CultureInfo.InvariantCulture, $", {validation.BitsPerByte:0.000} bits a byte") : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"held-out text after step {validation.Step}: loss {validation.Loss:0.0000}{bits}{(validation.IsBest && validation.Step > 0 ? ", the best so far" : "")}");
    }
}
