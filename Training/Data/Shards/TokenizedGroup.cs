using System.Runtime.InteropServices;

namespace PlamoNative.Training.Data;

/// <summary>One document's ids among those of its group.</summary>
/// <param name="Count">How many; 0 for a document that has nothing to learn from and is left out.</param>
/// <param name="FirstTarget">The first id that is learned.</param>
/// <param name="Characters">UTF-16 units of its text.</param>
/// <param name="TextBytes">Bytes of its learned text as UTF-8.</param>
/// <param name="IsHeldOut">On which side of the split it lies.</param>
internal readonly record struct TokenizedDocument(int Count, int FirstTarget, int Characters, uint TextBytes, bool IsHeldOut);

/// <summary>A group of documents and what became of them; used again and again.</summary>
internal sealed class TokenizedGroup
{
    private readonly List<TokenizedDocument> _documents = [];

    /// <summary>The documents as they were read.</summary>
    internal DocumentGroup Source { get; } = new();

    /// <summary>Ids of all documents.</summary>
    internal List<int> Ids { get; } = [];

    /// <summary>In the order of the source.</summary>
    internal ReadOnlySpan<TokenizedDocument> Documents => CollectionsMarshal.AsSpan(_documents);

    /// <summary>Why the documents end before those of the source, if they do.</summary>
    internal Exception? Failure { get; set; }

    internal void Add(in TokenizedDocument document) => _documents.Add(document);

    internal void ClearResults()
    {
        Ids.Clear();
        _documents.Clear();
        Failure = null;
    }
}
