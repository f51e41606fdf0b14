using PlamoNative.Engine;

namespace PlamoNative.Training.Configuration;

/// <summary><c>tokenizer</c>: one that exists, or the size of one that is trained on the training text (held-out documents are left out).</summary>
public sealed record TokenizerSettings
{
    private const int LeastVocabSize = 263;
    private const int LargestVocabSize = 1 << 24;

    /// <summary><c>path</c>: a folder with a tokenizer.jsonl, or the file.</summary>
    public string? Path { get; init; }

    /// <summary><c>vocab_size</c>: tokens of the one to train, control and byte tokens included.</summary>
    public int? VocabSize { get; init; }

    /// <summary><c>max_bytes</c>: the training reads at most so much text; a vocabulary needs no more.</summary>
    public long MaxBytes { get; init; } = 64L << 20;

    internal bool IsGiven => Path is not null || VocabSize is not null;

    internal static TokenizerSettings Read(ConfigurationSection section)
    {
        var defaults = new TokenizerSettings();
        var result = section.Done(new TokenizerSettings
        {
            Path = section.OptionalText("path"),
            VocabSize = section.OptionalInteger("vocab_size", null, LeastVocabSize, LargestVocabSize),
            MaxBytes = section.Long("max_bytes", defaults.MaxBytes, 1),
        });
        return result is { Path: not null, VocabSize: not null } ? throw section.WrongAsAWhole("one of path and vocab_size", "both") : result;
    }

    internal void Write(ConfigurationBuilder to)
    {
        to.Text("path", Path);
        if (VocabSize is { } size)
        {
            to.Integer("vocab_size", size).Integer("max_bytes", MaxBytes);
        }
    }
}
