namespace PlamoNative.Training.Data;

/// <summary>Which data a run learns from and how it becomes batches.</summary>
public sealed record DataOptions
{
    /// <summary>The corpora to learn from; their weights form the mixture.</summary>
    public required IReadOnlyList<CorpusOptions> Sources { get; init; }

    /// <summary>Parts of the run with weights of their own, one weight for each source; none: the sources' weights all the time.</summary>
    public IReadOnlyList<MixturePhase> Phases { get; init; } = [];

    /// <summary>Files that are held out as a whole; null for none.</summary>
    public CorpusOptions? HeldOut { get; init; }

    /// <summary>Share of the sources' documents, from 0 to below 1, that is held out too, chosen by a hash of their text.</summary>
    public double HeldOutFraction { get; init; }

    /// <summary>Tokens of the longest sequence.</summary>
    public int SequenceLength { get; init; } = 512;

    /// <summary>Tokens of a micro-batch, at least the sequence length; a multiple of it spares full sequences from being cut.</summary>
    public int BatchTokens { get; init; } = 4096;

    /// <summary>Tokens of the longest held-out sequence; null: the sequence length.</summary>
    public int? HeldOutSequenceLength { get; init; }

    /// <summary>
    /// Tokens at the start of a held-out sequence that repeat the end of the one before and are not scored, so that every scored token sees at least so many
    /// (0: the sequences are cut as in training, and their first tokens are guessed without any context).
    /// </summary>
    public int HeldOutContext { get; init; }

    /// <summary>Determines the order of all batches.</summary>
    public ulong Seed { get; init; }

    /// <summary>Where shards are kept and found again; it is created when missing.</summary>
    public required string ShardFolder { get; init; }

    /// <summary>Whether documents begin with BOS; null: if the tokenizer has one.</summary>
    public bool? AddBos { get; init; }

    /// <summary>Whether the last token of a document has EOS as its target; null: if the tokenizer has one.</summary>
    public bool? AddEos { get; init; }

    /// <summary>Threads that tokenize; 0: one per logical processor.</summary>
    public int Threads { get; init; }
}
