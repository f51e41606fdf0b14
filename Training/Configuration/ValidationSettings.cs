namespace PlamoNative.Training.Configuration;

/// <summary><c>validation</c>: held-out text is scored before the first step, every so many steps and at the end.</summary>
public sealed record ValidationSettings
{
    private const int MostSampleTokens = 1 << 16;

    /// <summary><c>every</c>: steps between two validations; null: only the first and the last one.</summary>
    public int? Every { get; init; } = 100;

    /// <summary><c>batches</c> that are scored at most; null: all held-out text.</summary>
    public int? Batches { get; init; }

    /// <summary><c>early_stop_patience</c>: the run ends after so many validations without a new best one; null: never.</summary>
    public int? EarlyStopPatience { get; init; }

    /// <summary><c>sample_prompts</c> that the model continues at each validation.</summary>
    public IReadOnlyList<string> SamplePrompts { get; init; } = [];

    /// <summary><c>sample_tokens</c> of each continuation.</summary>
    public int SampleTokens { get; init; } = 64;

    internal static ValidationSettings Read(ConfigurationSection section)
    {
        var defaults = new ValidationSettings();
        return section.Done(new ValidationSettings
        {
            Every = section.OptionalInteger("every", defaults.Every, 1),
            Batches = section.OptionalInteger("batches", defaults.Batches, 1),
            EarlyStopPatience = section.OptionalInteger("early_stop_patience", defaults.EarlyStopPatience, 1),
            SamplePrompts = section.Texts("sample_prompts"),
            SampleTokens = section.Integer("sample_tokens", defaults.SampleTokens, 1, MostSampleTokens),
        });
    }

    internal void Write(ConfigurationBuilder to) => to
        .Integer("every", Every)
        .Integer("batches", Batches)
        .Integer("early_stop_patience", EarlyStopPatience)
        .Texts("sample_prompts", SamplePrompts)
        .Integer("sample_tokens", SampleTokens);
}
