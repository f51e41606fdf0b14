namespace PlamoNative.Training.Configuration;

/// <summary>One of <c>data.phases</c>: a stretch of the run with weights of its own for the sources.</summary>
public sealed record PhaseSettings
{
    /// <summary><c>until</c>: where it ends, as a share of the run; the last one ends at 1.</summary>
    public required double Until { get; init; }

    /// <summary><c>weights</c>: one for each source.</summary>
    public required IReadOnlyList<double> Weights { get; init; }

    internal static PhaseSettings Read(ConfigurationSection section) => section.Done(new PhaseSettings
    {
        Until = section.Number("until", 1, NumberRange.PositiveShare),
        Weights = section.Numbers("weights", NumberRange.NotNegative),
    });

    /// <summary>Phases follow each other up to 1, and know all sources.</summary>
    internal static void Check(IReadOnlyList<ConfigurationSection> sections, DataSettings data)
    {
        var from = 0.0;
        for (var i = 0; i < sections.Count; i++)
        {
            var phase = data.Phases[i];
            if (phase.Weights.Count != data.Sources.Count)
            {
                throw sections[i].Wrong("weights", FormattableString.Invariant($"{data.Sources.Count} weights, one for each source"), FormattableString.Invariant($"{phase.Weights.Count}"));
            }

            if (phase.Weights.All(static weight => weight == 0))
            {
                throw sections[i].Wrong("weights", "a weight above 0", "only 0");
            }

            if (phase.Until <= from)
            {
                throw sections[i].Wrong("until", FormattableString.Invariant($"a number above {from}, where the phase before ends"), FormattableString.Invariant($"{phase.Until}"));
            }

            from = phase.Until;
        }

        if (sections.Count > 0 && from < 1)
        {
            throw sections[^1].Wrong("until", "1 in the last phase, the end of the run", FormattableString.Invariant($"{from}"));
        }
    }

    internal void Write(ConfigurationBuilder to) => to.Number("until", Until).Numbers("weights", Weights);
}
