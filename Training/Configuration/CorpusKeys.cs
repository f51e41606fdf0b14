using PlamoNative.Training.Data;

namespace PlamoNative.Training.Configuration;

/// <summary>The keys of a corpus: of one of <c>data.sources</c>, and of <c>data.heldout</c>.</summary>
internal static class CorpusKeys
{
    private static readonly ChoiceNames<CorpusFormat> Formats = new(
        (CorpusFormat.Auto, "auto"), (CorpusFormat.Text, "text"), (CorpusFormat.Jsonl, "jsonl"), (CorpusFormat.Parquet, "parquet"));

    /// <summary>Reads one of the sources.</summary>
    /// <param name="section">Its mapping.</param>
    /// <param name="number">Its place in the list, from 1: its name when it has none.</param>
    internal static CorpusOptions Read(ConfigurationSection section, int number)
    {
        var defaults = new CorpusOptions { Files = [], Name = FormattableString.Invariant($"source-{number}") };
        return section.Done(Read(section, defaults, section.RequiredTexts("files", "a list of at least one file or pattern")) with
        {
            Weight = section.Number("weight", defaults.Weight, NumberRange.NotNegative),
        });
    }

    /// <summary>Reads everything but the weight.</summary>
    internal static CorpusOptions Read(ConfigurationSection section, CorpusOptions defaults, IReadOnlyList<string> files) => new()
    {
        Files = files,
        Name = section.Text("name", defaults.Name),
        Format = section.Choice("format", defaults.Format, Formats),
        Separator = section.Text("separator", defaults.Separator),
        TextField = section.Text("text_field", defaults.TextField),
        PromptField = section.Text("prompt_field", defaults.PromptField),
        CompletionField = section.Text("completion_field", defaults.CompletionField),
    };

    /// <summary>Writes everything but the weight.</summary>
    internal static ConfigurationBuilder Write(CorpusOptions corpus, ConfigurationBuilder to) => to
        .Text("name", corpus.Name)
        .Texts("files", corpus.Files)
        .Choice("format", corpus.Format, Formats)
        .Text("separator", corpus.Separator)
        .Text("text_field", corpus.TextField)
        .Text("prompt_field", corpus.PromptField)
        .Text("completion_field", corpus.CompletionField);
}
