using PlamoNative.Engine;

namespace PlamoNative.Runtime.Tokenization;

/// <summary>How a vocabulary is trained. The defaults are proposals: the recipe of the published vocabulary is not public.</summary>
public sealed record UnigramTrainerOptions
{
    /// <summary>The exact number of rows of the result, control and byte tokens (<see cref="ByteLevelVocabulary.Count"/>) included.</summary>
    public required int VocabSize { get; init; }

    /// <summary>The longest piece in code points.</summary>
    public int MaxPieceLength { get; init; } = 16;

    /// <summary>How many frequent substrings training starts from at most.</summary>
    public int SeedCount { get; init; } = 1_000_000;

    /// <summary>The share of the corpus's characters that get a piece of their own; rarer ones are spelled in bytes. At most half of all pieces are single characters while others are left.</summary>
    public double CharacterCoverage { get; init; } = 0.9995;

    /// <summary>Expectation-maximization steps before each pruning.</summary>
    public int SubIterations { get; init; } = 2;

    /// <summary>The share of pieces that a pruning keeps.</summary>
    public double KeepShare { get; init; } = 0.75;

    /// <summary>Threads to use; the result does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    internal const string Where = "tokenizer training";

    internal void Check()
    {
        Demand(VocabSize >= ByteLevelVocabulary.Count, "vocab-size", $"at least {ByteLevelVocabulary.Count} (control tokens and byte tokens)", VocabSize);
        Demand(MaxPieceLength is >= 1 and <= 256, "max-piece-length", "1 to 256 code points", MaxPieceLength);
        Demand(SeedCount >= 1, "seed-count", "at least 1", SeedCount);
        Demand(CharacterCoverage is > 0 and <= 1, "character-coverage", "above 0, at most 1", CharacterCoverage);
        Demand(SubIterations >= 1, "sub-iterations", "at least 1", SubIterations);
        Demand(KeepShare is > 0 and < 1, "keep-share", "above 0, below 1", KeepShare);
        Demand(Threads >= 1, "threads", "at least 1", Threads);
    }

    private static void Demand(bool holds, string key, string expected, IFormattable found)
    {
        if (!holds)
        {
            throw new ConfigurationException(Where, key, expected, found.ToString(null, System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}
