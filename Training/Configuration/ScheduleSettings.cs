namespace PlamoNative.Training.Configuration;

/// <summary>
/// <c>schedule</c>: how the learning rate goes over the run, and what ends the run: <see cref="Steps"/>, <see cref="Epochs"/> or <see cref="Duration"/>. With a
/// duration the rate follows wall time, unless steps are given too: then it follows steps, and whichever comes first ends the run.
/// </summary>
public sealed record ScheduleSettings
{
    private static readonly ChoiceNames<ScheduleKind> Kinds = new(
        (ScheduleKind.Cosine, "cosine"), (ScheduleKind.WarmupStableDecay, "wsd"), (ScheduleKind.Linear, "linear"), (ScheduleKind.Constant, "constant"));

    private static readonly ChoiceNames<DecayShape> Shapes = new((DecayShape.Linear, "linear"), (DecayShape.SquareRoot, "sqrt"));

    /// <summary><c>kind</c>: what follows the warm-up.</summary>
    public ScheduleKind Kind { get; init; }

    /// <summary><c>warmup_steps</c>, in which the rate rises linearly to its peak.</summary>
    public int WarmupSteps { get; init; } = 100;

    /// <summary><c>final_fraction</c>: the rate at the end, as a share of the peak; nothing with constant.</summary>
    public double FinalFraction { get; init; } = 0.1;

    /// <summary><c>decay_fraction</c>: of wsd, the share of the run at its end in which the rate falls.</summary>
    public double DecayFraction { get; init; } = 0.2;

    /// <summary><c>decay_shape</c>: of wsd, how it falls.</summary>
    public DecayShape DecayShape { get; init; }

    /// <summary><c>steps</c> of the optimizer.</summary>
    public long? Steps { get; init; }

    /// <summary><c>epochs</c>: passes over the training data.</summary>
    public double? Epochs { get; init; }

    /// <summary><c>duration</c> of training, validation and checkpoints included.</summary>
    public TimeSpan? Duration { get; init; }

    internal static ScheduleSettings Read(ConfigurationSection section)
    {
        var defaults = new ScheduleSettings();
        var result = section.Done(new ScheduleSettings
        {
            Kind = section.Choice("kind", defaults.Kind, Kinds),
            WarmupSteps = section.Integer("warmup_steps", defaults.WarmupSteps, 0),
            FinalFraction = section.Number("final_fraction", defaults.FinalFraction, NumberRange.Share),
            DecayFraction = section.Number("decay_fraction", defaults.DecayFraction, NumberRange.PositiveShare),
            DecayShape = section.Choice("decay_shape", defaults.DecayShape, Shapes),
            Steps = section.OptionalLong("steps", 1),
            Epochs = section.OptionalNumber("epochs", null, NumberRange.Positive),
            Duration = section.OptionalDuration("duration"),
        });
        if (result is { Steps: null, Epochs: null, Duration: null })
        {
            throw section.WrongAsAWhole("steps, epochs or duration (one of them ends the run)", "none");
        }

        return result.Epochs is null || result is { Steps: null, Duration: null }
            ? result
            : throw section.Wrong("epochs", "no steps and no duration beside epochs", "one of them");
    }

    internal void Write(ConfigurationBuilder to) => to
        .Choice("kind", Kind, Kinds)
        .Integer("warmup_steps", WarmupSteps)
        .Number("final_fraction", FinalFraction)
        .Number("decay_fraction", DecayFraction)
        .Choice("decay_shape", DecayShape, Shapes)
        .Integer("steps", Steps)
        .Number("epochs", Epochs)
        .Duration("duration", Duration);
}

/// <summary>What a learning rate does after its warm-up.</summary>
public enum ScheduleKind
{
    /// <summary>Half a cosine down to the final fraction.</summary>
    Cosine,

    /// <summary>It stays at its peak, and falls to the final fraction in the last part of the run.</summary>
    WarmupStableDecay,

    /// <summary>A straight line down to the final fraction.</summary>
    Linear,

    /// <summary>It stays at its peak.</summary>
    Constant,
}

/// <summary>How a rate falls in the last part of warm-up, stable, decay.</summary>
public enum DecayShape
{
    /// <summary>In a straight line.</summary>
    Linear,

    /// <summary>As one minus the square root of the part's share: fast at first.</summary>
    SquareRoot,
}
