namespace PlamoNative.Training.Synthetic;

/// <summary>What a document of the synthetic corpus is.</summary>
public enum SyntheticKind
{
    /// <summary>A short story.</summary>
    Story,

    /// <summary>A short story, a question about it and the answer, which stands in the story.</summary>
    Question,

    /// <summary>Sums, differences, products, quotients and sequences of numbers.</summary>
    Arithmetic,

    /// <summary>A sum told in words, with the answer.</summary>
    WordProblem,

    /// <summary>Days, weekdays, months and Japanese years.</summary>
    Date,
}

/// <summary>A document of the synthetic corpus.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">All of it, one line.</param>
/// <param name="Prompt">How the text begins, up to where the answer starts; null for stories.</param>
/// <param name="Answer">The right answer, which follows the prompt in the text; null for stories.</param>
public sealed record SyntheticDocument(SyntheticKind Kind, string Text, string? Prompt, string? Answer);

/// <summary>The parts of the corpus, which have no content in common.</summary>
public enum SyntheticSplit
{
    /// <summary>To learn from: nine in ten.</summary>
    Training,

    /// <summary>To score with: stories that are not told, sums that are not solved and days that are not asked for in the other part, whatever the seeds.</summary>
    HeldOut,
}
