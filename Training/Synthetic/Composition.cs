namespace PlamoNative.Training.Synthetic;

/// <summary>A document before it is known which part of the corpus it belongs to.</summary>
/// <param name="Document">The document.</param>
/// <param name="Content">What it is about in one string: documents of the same content belong to the same part.</param>
internal readonly record struct Composition(SyntheticDocument Document, string Content)
{
    /// <summary>A document with an answer.</summary>
    internal static Composition Of(SyntheticKind kind, string content, string prompt, string answer, string rest) =>
        new(new SyntheticDocument(kind, prompt + answer + rest, prompt, answer), content);

    /// <summary>The part: FNV-1a over the content, the same everywhere.</summary>
    internal SyntheticSplit Split
    {
        get
        {
            const int Parts = 10;
            var hash = 14695981039346656037UL;
            foreach (var unit in Content)
            {
                hash = (hash ^ unit) * 1099511628211;
            }

            // The low bits of this hash of short texts are poor: fold the high ones in.
            hash ^= hash >> 32;
            hash *= 0x9E3779B97F4A7C15;
            return (hash >> 32) % Parts == 0 ? SyntheticSplit.HeldOut : SyntheticSplit.Training;
        }
    }
}
