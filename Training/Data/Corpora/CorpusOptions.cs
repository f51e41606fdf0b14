namespace PlamoNative.Training.Data;

/// <summary>One corpus: files that are read in the same way and, in a mixture, share a weight.</summary>
public sealed record CorpusOptions
{
    /// <summary>For <see cref="Separator"/>: a document is a line. Its line break is left out.</summary>
    public const string Line = "line";

    /// <summary>For <see cref="Separator"/>: the whole file is one document.</summary>
    public const string WholeFile = "file";

    /// <summary>Name for messages and for the folder of its shards.</summary>
    public string Name { get; init; } = "data";

    /// <summary>
    /// Paths, each of which may hold <c>*</c> and <c>?</c> in its last part and <c>**</c> as the part before it (all folders below). What a pattern finds is taken
    /// in ordinal order; a file that is named twice is read once.
    /// </summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>How the files are written.</summary>
    public CorpusFormat Format { get; init; } = CorpusFormat.Auto;

    /// <summary>
    /// What ends a document of plain text: <see cref="Line"/>, <see cref="WholeFile"/>, or any other text such as 。, which stays at the end of its document; line
    /// breaks in front of the next one are left out then.
    /// </summary>
    public string Separator { get; init; } = Line;

    /// <summary>The field of a JSON object, or the column of a Parquet file, that holds a document.</summary>
    public string TextField { get; init; } = "text";

    /// <summary>The field of a JSON object with a text that is read but not learned.</summary>
    public string PromptField { get; init; } = "prompt";

    /// <summary>The field of a JSON object with the text that follows the prompt and is learned.</summary>
    public string CompletionField { get; init; } = "completion";

    /// <summary>Share of the tokens that come from this corpus, in relation to the weights of the others.</summary>
    public double Weight { get; init; } = 1;
}
