namespace PlamoNative.Training.Configuration;

/// <summary>One of <c>data.sources</c>: files that are read in one way and share a weight.</summary>
public sealed record SourceSettings
{
    private static readonly ChoiceNames<SourceFormat> Formats = new(
        (SourceFormat.Auto, "auto"), (SourceFormat.Text, "text"), (SourceFormat.Jsonl, "jsonl"), (SourceFormat.Parquet, "parquet"));

    /// <summary><c>files</c>: paths and patterns (<c>*</c>, <c>?</c>, <c>**</c> for all folders below).</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary><c>name</c> for messages and shards; null: its place in the list.</summary>
    public string? Name { get; init; }

    /// <summary><c>format</c> of the files.</summary>
    public SourceFormat Format { get; init; }

    /// <summary><c>separator</c> of documents in plain text: <c>line</c>, <c>file</c>, or a text that ends a document, such as 。.</summary>
    public string Separator { get; init; } = "line";

    /// <summary><c>text_field</c>: the field (JSONL) or column (Parquet) with the text.</summary>
    public string TextField { get; init; } = "text";

    /// <summary><c>prompt_field</c>: the JSONL field with a text that is read but not learned.</summary>
    public string PromptField { get; init; } = "prompt";

    /// <summary><c>completion_field</c>: the JSONL field with the text that follows the prompt and is learned.</summary>
    public string CompletionField { get; init; } = "completion";

    /// <summary><c>weight</c>: share of the tokens in relation to the weights of the other sources.</summary>
    public double Weight { get; init; } = 1;

    internal static SourceSettings Read(ConfigurationSection section)
    {
        var defaults = new SourceSettings { Files = [] };
        return section.Done(new SourceSettings
        {
            Files = section.RequiredTexts("files", "a list of at least one file or pattern"),
            Name = section.OptionalText("name"),
            Format = section.Choice("format", defaults.Format, Formats),
            Separator = section.Text("separator", defaults.Separator),
            TextField = section.Text("text_field", defaults.TextField),
            PromptField = section.Text("prompt_field", defaults.PromptField),
            CompletionField = section.Text("completion_field", defaults.CompletionField),
            Weight = section.Number("weight", defaults.Weight, NumberRange.NotNegative),
        });
    }

    internal void Write(ConfigurationBuilder to) => to
        .Text("name", Name)
        .Texts("files", Files)
        .Choice("format", Format, Formats)
        .Text("separator", Separator)
        .Text("text_field", TextField)
        .Text("prompt_field", PromptField)
        .Text("completion_field", CompletionField)
        .Number("weight", Weight);
}

/// <summary>How the files of a source are written.</summary>
public enum SourceFormat
{
    /// <summary>By the file's name: .jsonl, .ndjson, .parquet; everything else is text.</summary>
    Auto,

    /// <summary>Plain UTF-8 text.</summary>
    Text,

    /// <summary>One JSON object a line.</summary>
    Jsonl,

    /// <summary>Apache Parquet.</summary>
    Parquet,
}
