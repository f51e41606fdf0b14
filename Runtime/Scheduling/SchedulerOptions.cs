using System.Globalization;
using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Sessions;

namespace PlamoNative.Runtime.Scheduling;

/// <summary>How much a scheduler does at a time.</summary>
public sealed record SchedulerOptions
{
    /// <summary>The most sequences in flight; further requests wait in the order of their arrival.</summary>
    public int MaxSequences { get; init; } = 8;

    /// <summary>Tokens of a prompt that a pass takes, and of all prompts together. Answers depend on it by rounding only.</summary>
    public int PrefillChunk { get; init; } = PlamoSession.DefaultPrefillChunk;

    /// <summary>How activations meet block-quantised weights.</summary>
    public ActivationMode Activations { get; init; } = ActivationMode.Exact;

    /// <summary>Checks every value.</summary>
    /// <returns>This object.</returns>
    /// <exception cref="ConfigurationException">A value is out of its range.</exception>
    public SchedulerOptions Validate()
    {
        Demand(MaxSequences is >= 1 and <= 4096, "max-sequences", "1 to 4096", MaxSequences);
        Demand(PrefillChunk is >= 1 and <= 1 << 20, "prefill-chunk", "1 to 1048576", PrefillChunk);
        return this;
    }

    private static void Demand(bool holds, string key, string expected, int found)
    {
        if (!holds)
        {
            throw new ConfigurationException("scheduler", key, expected, found.ToString(CultureInfo.InvariantCulture));
        }
    }
}
