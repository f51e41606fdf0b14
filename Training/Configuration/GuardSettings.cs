namespace PlamoNative.Training.Configuration;

/// <summary><c>guard</c>: steps that would spoil the weights are skipped; after many in a row the run goes back to its last checkpoint.</summary>
public sealed record GuardSettings
{
    /// <summary><c>skip_nonfinite</c>: skip a step whose loss or gradients hold a NaN or an infinity; false ends the run there.</summary>
    public bool SkipNonfinite { get; init; } = true;

    /// <summary><c>spike_zscore</c>: skip a step whose loss lies so many standard deviations above the mean of the window; null: never.</summary>
    public double? SpikeZScore { get; init; } = 8;

    /// <summary><c>spike_window</c>: steps whose losses make mean and deviation; nothing is a spike before it is full.</summary>
    public int SpikeWindow { get; init; } = 100;

    /// <summary><c>max_consecutive_skips</c>: after so many skipped steps in a row the run goes back to its last checkpoint.</summary>
    public int MaxConsecutiveSkips { get; init; } = 10;

    /// <summary><c>max_rollbacks</c>: the run fails when it would have to go back once more than that.</summary>
    public int MaxRollbacks { get; init; } = 3;

    internal static GuardSettings Read(ConfigurationSection section)
    {
        var defaults = new GuardSettings();
        return section.Done(new GuardSettings
        {
            SkipNonfinite = section.Flag("skip_nonfinite", defaults.SkipNonfinite),
            SpikeZScore = section.OptionalNumber("spike_zscore", defaults.SpikeZScore, NumberRange.Positive),
            SpikeWindow = section.Integer("spike_window", defaults.SpikeWindow, 2, 1 << 20),
            MaxConsecutiveSkips = section.Integer("max_consecutive_skips", defaults.MaxConsecutiveSkips, 1),
            MaxRollbacks = section.Integer("max_rollbacks", defaults.MaxRollbacks, 0),
        });
    }

    internal void Write(ConfigurationBuilder to) => to
        .Flag("skip_nonfinite", SkipNonfinite)
        .Number("spike_zscore", SpikeZScore)
        .Integer("spike_window", SpikeWindow)
        .Integer("max_consecutive_skips", MaxConsecutiveSkips)
        .Integer("max_rollbacks", MaxRollbacks);
}
