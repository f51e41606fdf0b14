using PlamoNative.Engine;
using PlamoNative.Training.Configuration;

namespace PlamoNative.Training.Schedules;

/// <summary>
/// The learning rate of a step: a linear warm-up to the peak, then what <see cref="ScheduleKind"/> says. With peak p, warm-up w, steps S, final fraction f and
/// s counted from 1: <c>p · s / w</c> for s &lt;= w; after it <c>p · g(x)</c> with <c>x = (s - w) / (S - w)</c> and
/// cosine <c>g = f + (1 - f) · ½ (1 + cos πx)</c>, linear <c>g = 1 - (1 - f) x</c>, constant <c>g = 1</c>. Warm-up, stable, decay: <c>g = 1</c> up to step D, the last before
/// the decaying share of S, then <c>g = 1 - (1 - f) h</c> with <c>y = (s - D) / (S - D)</c> and h = y or √y. In double, the same bits on every machine.
/// </summary>
public sealed class LearningRateSchedule
{
    private readonly ScheduleSettings _settings;
    private readonly double _peak;

    /// <summary>Makes the schedule of a run.</summary>
    /// <param name="settings">Kind, warm-up and shape.</param>
    /// <param name="peak">The rate at the end of the warm-up.</param>
    public LearningRateSchedule(ScheduleSettings settings, double peak)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        _peak = peak;
    }

    /// <summary>The rate of a step in a run whose length in steps is known.</summary>
    /// <param name="step">Counted from 1.</param>
    /// <param name="totalSteps">Steps of the run; later steps have the rate of the last.</param>
    public double AtStep(long step, long totalSteps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(totalSteps, 1);
        var warmup = (long)_settings.WarmupSteps;
        if (step <= warmup)
        {
            return _peak * step / warmup;
        }

        if (_settings.Kind == ScheduleKind.WarmupStableDecay)
        {
            var decayStart = Math.Max(warmup, totalSteps - (long)Math.Round(totalSteps * _settings.DecayFraction));
            return _peak * Decay(Share(step, decayStart, totalSteps));
        }

        return _peak * Factor(Share(step, warmup, totalSteps));
    }

    /// <summary>
    /// The rate of a step in a run that time ends: the warm-up goes by steps, the rest by progress. The two factors are multiplied, so that the rate does not jump
    /// where the warm-up ends.
    /// </summary>
    /// <param name="step">Counted from 1.</param>
    /// <param name="progress">The share of the run that is over, from 0 to 1.</param>
    public double AtProgress(long step, double progress)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        var x = Math.Clamp(progress, 0, 1);
        var warmup = step < _settings.WarmupSteps ? (double)step / _settings.WarmupSteps : 1;
        if (_settings.Kind != ScheduleKind.WarmupStableDecay)
        {
            return _peak * warmup * Factor(x);
        }

        var decayStart = 1 - _settings.DecayFraction;
        return _peak * warmup * Decay(x <= decayStart ? 0 : (x - decayStart) / _settings.DecayFraction);
    }

    private static double Share(long step, long start, long end) => step <= start ? 0 : step >= end ? 1 : (double)(step - start) / (end - start);

    private double Factor(double x) => _settings.Kind switch
    {
        ScheduleKind.Cosine => _settings.FinalFraction + ((1 - _settings.FinalFraction) * 0.5 * (1 + PortableMath.SinCosOfTurns(x / 2).Cos)),
        ScheduleKind.Linear => 1 - ((1 - _settings.FinalFraction) * x),
        _ => 1,
    };

    private double Decay(double y) => 1 - ((1 - _settings.FinalFraction) * (_settings.DecayShape == DecayShape.SquareRoot ? Math.Sqrt(y) : y));
}
