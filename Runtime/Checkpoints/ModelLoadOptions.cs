using PlamoNative.Engine;

namespace PlamoNative.Runtime.Checkpoints;

/// <summary>How a model is loaded.</summary>
public sealed record ModelLoadOptions
{
    /// <summary>The exact mode: all weights are widened to float64, and so is the whole forward pass. For proofs and comparisons.</summary>
    public bool IsFloat64 { get; init; }

    /// <summary>
    /// W of the window layers in place of what the files say; it also makes layers windows in a GGUF that says nothing about windows. Null: as the files say.
    /// </summary>
    public int? WindowSize { get; init; }

    /// <summary>See <see cref="Models.Plamo2Configuration.WindowCountsQuery"/>.</summary>
    public bool WindowCountsQuery { get; init; }

    /// <summary>Checks the values.</summary>
    /// <exception cref="ConfigurationException">The window is not positive.</exception>
    public void Validate()
    {
        if (WindowSize is { } size && (size < 1 || size > int.MaxValue / 2))
        {
            throw new ConfigurationException("load", "window", "a positive number of tokens", FormattableString.Invariant($"{size}"));
        }
    }
}
