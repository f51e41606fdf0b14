using PlamoNative.Training.Data;

namespace PlamoNative.Training.Configuration;

/// <summary><c>data</c>: texts, how they are mixed, and what is kept out of training.</summary>
public sealed record DataSettings
{
    private const int LargestSequence = 1 << 20;

    /// <summary><c>sources</c>: at least one.</summary>
    public required IReadOnlyList<CorpusOptions> Sources { get; init; }

    /// <summary><c>phases</c>: stretches of the run with weights of their own; none: the sources' weights all along.</summary>
    public IReadOnlyList<PhaseSettings> Phases { get; init; } = [];

    /// <summary><c>heldout</c>: what is scored and never learned.</summary>
    public HeldOutSettings HeldOut { get; init; } = new();

    /// <summary><c>sequence_length</c>: tokens of a sequence at most; longer documents are cut.</summary>
    public int SequenceLength { get; init; } = 512;

    /// <summary><c>shards</c>: the folder of the tokens that are made from the texts; null: in the run's folder.</summary>
    public string? Shards { get; init; }

    internal static DataSettings Read(ConfigurationSection section)
    {
        var defaults = new DataSettings { Sources = [] };
        var sources = section.Sections("sources");
        var phases = section.Sections("phases");
        var corpora = sources.Select(static (source, index) => CorpusKeys.Read(source, index + 1)).ToArray();
        var result = section.Done(new DataSettings
        {
            Sources = corpora,
            Phases = [.. phases.Select(PhaseSettings.Read)],
            HeldOut = HeldOutSettings.Read(section.Section("heldout"), corpora.FirstOrDefault()),
            SequenceLength = section.Integer("sequence_length", defaults.SequenceLength, 2, LargestSequence),
            Shards = section.OptionalText("shards"),
        });
        if (result.Sources.Count == 0)
        {
            throw section.Wrong("sources", "a list of at least one source (files: [...])", section.Has("sources") ? "an empty list" : "no such key");
        }

        if (result.HeldOut.Context >= (result.HeldOut.SequenceLength ?? result.SequenceLength))
        {
            throw section.Section("heldout").Wrong("context", "less than a held-out sequence's length", FormattableString.Invariant($"{result.HeldOut.Context}"));
        }

        PhaseSettings.Check(phases, result);
        if (result.Sources.All(static source => source.Weight == 0))
        {
            throw section.Wrong("sources", "a source with a weight above 0", "only weights of 0");
        }

        return result;
    }

    internal void Write(ConfigurationBuilder to)
    {
        to.Sections("sources", Sources, static (source, section) => CorpusKeys.Write(source, section).Number("weight", source.Weight))
            .Sections("phases", Phases, static (phase, section) => phase.Write(section))
            .Section("heldout", HeldOut.Write)
            .Integer("sequence_length", SequenceLength)
            .Text("shards", Shards);
    }
}
