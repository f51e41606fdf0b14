namespace PlamoNative.Training.Data;

/// <summary>How documents become shards.</summary>
internal sealed record ShardOptions
{
    /// <summary>Whether a document begins with the tokenizer's BOS.</summary>
    internal required bool AddBos { get; init; }

    /// <summary>Whether a document ends with the tokenizer's EOS: the last token's target.</summary>
    internal required bool AddEos { get; init; }

    /// <summary>Share of documents that are held out, chosen by a hash of their text.</summary>
    internal double HeldOutFraction { get; init; }

    /// <summary>Ids after which the next document begins a new file.</summary>
    internal long TokensPerShard { get; init; } = 1 << 28;

    /// <summary>Threads that tokenize.</summary>
    internal int Threads { get; init; } = 1;
}
