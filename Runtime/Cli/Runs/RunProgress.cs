using System.Globalization;
using PlamoNative.Cli.Rendering;
using PlamoNative.Training.Loop;

namespace PlamoNative.Cli.Runs;

/// <summary>What a person wants to know of a run while it goes on, kept up to date from its records.</summary>
/// <param name="duration">How long the run may last; null when steps end it.</param>
/// <param name="peakFlopsPerSecond">What utilization is a share of; 0: unknown.</param>
/// <param name="clock">The time.</param>
internal sealed class RunProgress(TimeSpan? duration, double peakFlopsPerSecond, TimeProvider clock)
{
    /// <summary>Weight of the past in the smoothed values.</summary>
    private const double Memory = 0.9;

    private readonly List<double> _losses = [];
    private readonly long _started = clock.GetTimestamp();
    private long _firstStep = -1;
    private double _smoothSeconds;
    private double _smoothTokens;
    private double _smoothFlops;
    private double _smoothLoss = double.NaN;

    /// <summary>The last step.</summary>
    internal StepRecord Step { get; private set; }

    /// <summary>The last score of held-out text; null before one.</summary>
    internal ValidationRecord? Validation { get; private set; }

    /// <summary>The first score of held-out text; null before one.</summary>
    internal ValidationRecord? FirstValidation { get; private set; }

    /// <summary>Loss of every step that changed the weights, smoothed.</summary>
    internal IReadOnlyList<double> Losses => _losses;

    /// <summary>The smoothed loss; NaN before a step.</summary>
    internal double Loss => _smoothLoss;

    internal TimeSpan Elapsed => clock.GetElapsedTime(_started);

    internal double TokensPerSecond => _smoothSeconds > 0 ? _smoothTokens / _smoothSeconds : 0;

    internal double FlopsPerSecond => _smoothSeconds > 0 ? _smoothFlops / _smoothSeconds : 0;

    /// <summary>The share of the run that is over, from 0 to 1.</summary>
    internal double Share
    {
        get
        {
            var steps = Step.TotalSteps > 0 ? (double)Step.Step / Step.TotalSteps : 0;
            var time = duration is { } end ? Elapsed / end : 0;
            return Math.Clamp(Math.Max(steps, time), 0, 1);
        }
    }

    /// <summary>Null where it cannot be told yet.</summary>
    internal TimeSpan? TimeLeft
    {
        get
        {
            var done = Step.Step - _firstStep + 1;
            TimeSpan? bySteps = Step.TotalSteps > 0 && done > 0 ? Elapsed * ((double)(Step.TotalSteps - Step.Step) / done) : null;
            TimeSpan? byTime = duration is { } end ? (end > Elapsed ? end - Elapsed : TimeSpan.Zero) : null;
            return bySteps is { } a && byTime is { } b ? (a < b ? a : b) : bySteps ?? byTime;
        }
    }

    internal void Add(in StepRecord step)
    {
        _firstStep = _firstStep < 0 ? step.Step : _firstStep;
        Step = step;
        _smoothSeconds = (_smoothSeconds * Memory) + step.Seconds;
        _smoothTokens = (_smoothTokens * Memory) + step.TokenCount;
        _smoothFlops = (_smoothFlops * Memory) + (step.FlopsPerToken * step.TokenCount);
        if (!step.Skipped)
        {
            _smoothLoss = double.IsNaN(_smoothLoss) ? step.Loss : (_smoothLoss * Memory) + (step.Loss * (1 - Memory));
            _losses.Add(_smoothLoss);
        }
    }

    internal void Add(in ValidationRecord validation)
    {
        FirstValidation ??= validation;
        Validation = validation;
    }

    /// <summary>The step in one line.</summary>
    internal string Line()
    {
        var of = Step.TotalSteps > 0 ? FormattableString.Invariant($" of {Step.TotalSteps}") : "";
        var left = TimeLeft is { } time ? $", {Short(time)} left" : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"step {Step.Step}{of}: loss {Loss:0.0000}, learning rate {Step.LearningRate:0.00e+0}, gradient norm {Step.GradientNorm:0.000}, {Units.Count((long)TokensPerSecond)} tokens/s, {Utilization()}{left}");
    }

    /// <summary>Model FLOPs a second, as a share of the measured rate where that is known.</summary>
    internal string Utilization() => peakFlopsPerSecond > 0
        ? string.Create(CultureInfo.InvariantCulture, $"MFU {100 * FlopsPerSecond / peakFlopsPerSecond:0} % of {peakFlopsPerSecond / 1e9:0} GFLOP/s")
        : string.Create(CultureInfo.InvariantCulture, $"{FlopsPerSecond / 1e9:0.0} GFLOP/s");

    /// <summary>A time to the second, hours only where there are some.</summary>
    internal static string Short(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");
}
