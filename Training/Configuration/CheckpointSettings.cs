namespace PlamoNative.Training.Configuration;

/// <summary><c>checkpoint</c>: a model folder with the optimizer and the data's position beside it, from which a run goes on; one is always written at the end.</summary>
public sealed record CheckpointSettings
{
    /// <summary><c>every</c>: steps between two; null: by time only.</summary>
    public int? Every { get; init; } = 500;

    /// <summary><c>every_minutes</c>: minutes between two; null: by steps only.</summary>
    public double? EveryMinutes { get; init; }

    /// <summary><c>keep</c>: the last so many stay.</summary>
    public int Keep { get; init; } = 2;

    /// <summary><c>keep_best</c>: the one with the lowest held-out loss stays too.</summary>
    public bool KeepBest { get; init; } = true;

    internal static CheckpointSettings Read(ConfigurationSection section)
    {
        var defaults = new CheckpointSettings();
        return section.Done(new CheckpointSettings
        {
            Every = section.OptionalInteger("every", defaults.Every, 1),
            EveryMinutes = section.OptionalNumber("every_minutes", defaults.EveryMinutes, NumberRange.Positive),
            Keep = section.Integer("keep", defaults.Keep, 1),
            KeepBest = section.Flag("keep_best", defaults.KeepBest),
        });
    }

    internal void Write(ConfigurationBuilder to) => to
        .Integer("every", Every)
        .Number("every_minutes", EveryMinutes)
        .Integer("keep", Keep)
        .Flag("keep_best", KeepBest);
}
