using PlamoNative.Training.Loop;
using PlamoNative.Training.Recording;

namespace PlamoNative.Tests.Training.Recording;

/// <summary>A run that is a function of its step numbers, so that a repetition gives the same records.</summary>
internal static class RunSamples
{
    internal static RunStart Start(long? resumedFrom = null) => new()
    {
        ResumedFrom = resumedFrom,
        ThreadCount = 2,
        Seeds = new Dictionary<string, long> { ["data"] = 7, ["init"] = 8 },
        PeakFlopsPerSecond = 1e11,
        Clock = new FixedClock(),
    };

    internal static StepRecord Step(long step) => new(
        step, 100, 512, 500, step * 512, 5.0 / step, 4.9 / step, 0.1 / step, 1e-3 * step / 3, Math.Sqrt(step), step % 7 == 0, 0.25, 3.3e7, 1L << 33, step / 30.0);

    internal static ValidationRecord Validation(long step, string weights = "model") => new(step, step * 512, 6.0 / (step + 1), 2.0 / (step + 1), 1000, step != 4, weights);

    /// <summary>Steps (first, last] with a validation every second and a checkpoint every fourth step.</summary>
    internal static void Play(ITrainingObserver observer, long first, long last)
    {
        for (var step = first + 1; step <= last; step++)
        {
            observer.OnStep(Step(step));
            if (step % 7 == 0)
            {
                observer.OnIncident(new TrainingIncident(step, "skipped", $"step {step} was skipped: 勾配が\"大きい\""));
            }

            if (step % 2 == 0)
            {
                observer.OnValidation(Validation(step));
            }

            if (step % 4 == 0)
            {
                observer.OnCheckpoint(step, $"checkpoints/step-{step}");
            }
        }
    }

    private sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
    }
}
