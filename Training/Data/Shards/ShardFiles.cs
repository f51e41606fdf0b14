namespace PlamoNative.Training.Data;

/// <summary>One side of a shard set while it is written: files of bounded size, numbered.</summary>
internal sealed class ShardFiles(string folder, string prefix, int vocabularySize, byte[] tokenizerHash, long tokensPerShard) : IDisposable
{
    private readonly List<string> _names = [];
    private TokenShardWriter? _writer;

    /// <summary>Names of the files so far.</summary>
    internal IReadOnlyList<string> Names => _names;

    internal void Add(ReadOnlySpan<int> ids, in TokenizedDocument document)
    {
        if (_writer is not null && _writer.TokenCount + ids.Length > tokensPerShard)
        {
            Finish();
        }

        if (_writer is null)
        {
            var name = $"{prefix}-{_names.Count:D5}.tokens";
            _writer = new TokenShardWriter(Path.Combine(folder, name), vocabularySize, tokenizerHash);
            _names.Add(name);
        }

        _writer.Add(ids, document.FirstTarget, document.Characters, document.TextBytes);
    }

    /// <summary>Completes the file in progress.</summary>
    internal void Finish()
    {
        _writer?.Commit();
        _writer?.Dispose();
        _writer = null;
    }

    public void Dispose() => _writer?.Dispose();
}
