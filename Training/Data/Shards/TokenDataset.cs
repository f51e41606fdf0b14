using System.Globalization;
using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Training.Data;

/// <summary>The shards of one set behind one another: documents by index.</summary>
/// <remarks>The first id of a document is never a target and the last one never an input: a document of n ids has n - 1 of both.</remarks>
internal sealed class TokenDataset : IDisposable
{
    private readonly TokenShard[] _shards;
    private readonly long[] _firstDocuments;

    private TokenDataset(string name, string fingerprint, TokenShard[] shards)
    {
        Name = name;
        Fingerprint = fingerprint;
        _shards = shards;
        _firstDocuments = new long[shards.Length + 1];
        for (var i = 0; i < shards.Length; i++)
        {
            _firstDocuments[i + 1] = _firstDocuments[i] + shards[i].DocumentCount;
            TokenCount += shards[i].TokenCount;
            CharacterCount += shards[i].CharacterCount;
            TextByteCount += shards[i].TextByteCount;
        }
    }

    /// <summary>Name for messages.</summary>
    internal string Name { get; }

    /// <summary>The same for the same documents, tokenizer and options, whichever machine made the shards.</summary>
    internal string Fingerprint { get; }

    internal long DocumentCount => _firstDocuments[^1];

    /// <summary>Ids of all documents.</summary>
    internal long TokenCount { get; }

    /// <summary>Ids that are inputs, each with the next one as its target.</summary>
    internal long InputCount => TokenCount - DocumentCount;

    /// <summary>UTF-16 units of the documents' text.</summary>
    internal long CharacterCount { get; }

    /// <summary>Bytes of the documents' learned text as UTF-8.</summary>
    internal long TextByteCount { get; }

    /// <summary>Opens shards.</summary>
    /// <param name="name">Name for messages.</param>
    /// <param name="fingerprint">What tells this data from others.</param>
    /// <param name="paths">The files, in order.</param>
    /// <param name="tokenizerHash">The tokenizer that made them.</param>
    /// <param name="verify">Whether check sums are compared, which reads all of them.</param>
    /// <exception cref="ModelFormatException">A file is no shard, damaged, or of another tokenizer.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    internal static TokenDataset Open(string name, string fingerprint, IReadOnlyList<string> paths, ReadOnlySpan<byte> tokenizerHash, bool verify)
    {
        var shards = new TokenShard[paths.Count];
        try
        {
            for (var i = 0; i < shards.Length; i++)
            {
                shards[i] = TokenShard.Open(paths[i], verify);
                TokenShardLayout.Require(paths[i], "tokenizer", shards[i].TokenizerHash.AsSpan().SequenceEqual(tokenizerHash), "the one in use", "another");
            }

            return new TokenDataset(name, fingerprint, shards);
        }
        catch
        {
            foreach (var shard in shards)
            {
                shard?.Dispose();
            }

            throw;
        }
    }

    /// <summary>Throws if the file of a document was cut off; goes before <see cref="InputsOf"/>.</summary>
    /// <exception cref="IOException">It was.</exception>
    internal void Guard(long document) => _shards[ShardOf(document)].Guard();

    /// <summary>Inputs of a document.</summary>
    internal long InputsOf(long document)
    {
        var shard = ShardOf(document);
        return _shards[shard].Length(document - _firstDocuments[shard]) - 1;
    }

    /// <summary>Bytes of a document's learned text.</summary>
    internal uint TextBytesOf(long document)
    {
        var shard = ShardOf(document);
        return _shards[shard].TextBytes(document - _firstDocuments[shard]);
    }

    /// <summary>Reads inputs with their targets.</summary>
    /// <param name="document">The document.</param>
    /// <param name="start">The first input's place in the document.</param>
    /// <param name="ids">Scratch: one more than there are inputs. Holds the inputs afterwards, and the last one's successor.</param>
    /// <param name="targets">Takes the targets.</param>
    /// <exception cref="IOException">The data cannot be read.</exception>
    internal void Read(long document, long start, Span<int> ids, Span<int> targets)
    {
        var shard = ShardOf(document);
        var local = document - _firstDocuments[shard];
        _shards[shard].Read(local, start, ids);
        ids[1..].CopyTo(targets);
        _shards[shard].Mask(local, start + 1, targets, LinearCrossEntropy.NoTarget);
    }

    public void Dispose()
    {
        foreach (var shard in _shards)
        {
            shard.Dispose();
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}: {DocumentCount} documents, {TokenCount} tokens");

    private int ShardOf(long document)
    {
        if ((ulong)document >= (ulong)DocumentCount)
        {
            throw new ArgumentOutOfRangeException(nameof(document), document, $"expected a document below {DocumentCount}");
        }

        var index = Array.BinarySearch(_firstDocuments, document);

        // Several empty shards may begin at one document; the last of them that begins there holds it.
        index = index < 0 ? ~index - 1 : index;
        while (_firstDocuments[index + 1] == document)
        {
            index++;
        }

        return index;
    }
}
