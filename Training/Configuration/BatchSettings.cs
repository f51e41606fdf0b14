namespace PlamoNative.Training.Configuration;

/// <summary><c>batch</c>: the tokens of an optimizer step are <see cref="Tokens"/> · <see cref="AccumulationSteps"/>.</summary>
public sealed record BatchSettings
{
    private const int LargestBatch = 1 << 24;
    private const int MostSteps = 1 << 16;

    /// <summary><c>tokens</c> of a micro-batch, which is in memory at once.</summary>
    public int Tokens { get; init; } = 4096;

    /// <summary><c>accumulation_steps</c>: micro-batches of a step.</summary>
    public int AccumulationSteps { get; init; } = 1;

    internal static BatchSettings Read(ConfigurationSection section)
    {
        var defaults = new BatchSettings();
        return section.Done(new BatchSettings
        {
            Tokens = section.Integer("tokens", defaults.Tokens, 2, LargestBatch),
            AccumulationSteps = section.Integer("accumulation_steps", defaults.AccumulationSteps, 1, MostSteps),
        });
    }

    internal void Write(ConfigurationBuilder to) => to.Integer("tokens", Tokens).Integer("accumulation_steps", AccumulationSteps);
}
