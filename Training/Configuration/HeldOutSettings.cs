using PlamoNative.Training.Data;

namespace PlamoNative.Training.Configuration;

/// <summary><c>data.heldout</c>: text that is scored and never learned, not by the tokenizer either.</summary>
public sealed record HeldOutSettings
{
    private const int LargestSequence = 1 << 20;

    /// <summary><c>fraction</c> of the sources' documents, chosen by a hash of their text, so that the same documents are chosen in every run; 0 with <see cref="Corpus"/>.</summary>
    public double Fraction { get; init; } = 0.01;

    /// <summary><c>files</c> of held-out text and the other keys of a source (those that are not given are as in the first source); null: a fraction.</summary>
    public CorpusOptions? Corpus { get; init; }

    /// <summary><c>sequence_length</c> of held-out sequences; null: as in training.</summary>
    public int? SequenceLength { get; init; }

    /// <summary><c>context</c>: tokens at the start of a sequence that repeat the one before and are not scored.</summary>
    public int Context { get; init; }

    internal static HeldOutSettings Read(ConfigurationSection section, CorpusOptions? first)
    {
        var files = section.Texts("files");
        var fraction = section.Number("fraction", files.Count > 0 ? 0 : new HeldOutSettings().Fraction, NumberRange.BelowOne);
        var corpus = CorpusKeys.Read(section, (first ?? new CorpusOptions { Files = [] }) with { Name = "heldout" }, files);
        var result = section.Done(new HeldOutSettings
        {
            Fraction = fraction,
            Corpus = files.Count > 0 ? corpus : null,
            SequenceLength = section.OptionalInteger("sequence_length", null, 2, LargestSequence),
            Context = section.Integer("context", 0, 0, LargestSequence),
        });
        return files.Count > 0 && fraction > 0 ? throw section.WrongAsAWhole("one of fraction and files", "both") : result;
    }

    internal void Write(ConfigurationBuilder to)
    {
        if (Corpus is { } corpus)
        {
            CorpusKeys.Write(corpus, to);
        }

        to.Number("fraction", Fraction).Integer("sequence_length", SequenceLength).Integer("context", Context);
    }
}
