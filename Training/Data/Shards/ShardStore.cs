using PlamoNative.Engine;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Training.Data;

/// <summary>Finds the shards of a corpus or makes them.</summary>
internal sealed class ShardStore(string folder, PlamoTokenizer tokenizer, IProgress<DataProgress>? progress, CancellationToken cancellation)
{
    // Reading a set whole to compare its check sums takes about a second a gigabyte; beyond, damage is found by the ids when they are read.
    private const long LargestVerified = 4L << 30;

    private readonly byte[] _tokenizerHash = ShardKey.OfTokenizer(tokenizer);

    /// <summary>Opens both sides of a corpus.</summary>
    /// <exception cref="ConfigurationException">A pattern finds no file.</exception>
    /// <exception cref="ModelFormatException">A file holds what it must not.</exception>
    /// <exception cref="IOException">A file is missing, cannot be read or changes meanwhile, or the disk is full.</exception>
    internal (TokenDataset Training, TokenDataset HeldOut) Open(CorpusOptions corpus, ShardOptions options)
    {
        var files = CorpusFiles.Expand(corpus);
        var before = Stamps(files);
        var key = ShardKey.Of(corpus, files, options, _tokenizerHash);
        var setFolder = ShardSet.FolderOf(folder, corpus.Name, key);
        if (TryReuse(corpus, setFolder, key) is { } found)
        {
            return found;
        }

        CreateFolder();
        var set = ShardBuilder.Build(corpus, files, tokenizer, _tokenizerHash, options, setFolder, key, progress, cancellation);
        var after = Stamps(files);
        for (var i = 0; i < files.Count; i++)
        {
            if (before[i] != after[i])
            {
                Directory.Delete(setFolder, recursive: true);
                throw new IOException($"{files[i]}: changed while it was read");
            }
        }

        return OpenSet(corpus, set, verify: false);
    }

    /// <summary>A set that is there and whole; null when it must be made, after saying why if it was damaged.</summary>
    private (TokenDataset Training, TokenDataset HeldOut)? TryReuse(CorpusOptions corpus, string setFolder, string key)
    {
        try
        {
            if (ShardSet.TryRead(setFolder, key) is not { } set)
            {
                return null;
            }

            var bytes = set.Paths([.. set.Training, .. set.HeldOut]).Sum(static path => File.Exists(path) ? new FileInfo(path).Length : 0);
            var datasets = OpenSet(corpus, set, verify: bytes <= LargestVerified);
            Say(corpus, $"using the shards in {setFolder}");
            return datasets;
        }
        catch (Exception failure) when (failure is ModelFormatException or IOException)
        {
            Say(corpus, $"making the shards again: {failure.Message}");
            return null;
        }
    }

    private (TokenDataset Training, TokenDataset HeldOut) OpenSet(CorpusOptions corpus, ShardSet set, bool verify)
    {
        var training = TokenDataset.Open(corpus.Name, $"{set.Key}/training", set.Paths(set.Training), _tokenizerHash, verify);
        try
        {
            return (training, TokenDataset.Open(corpus.Name, $"{set.Key}/held-out", set.Paths(set.HeldOut), _tokenizerHash, verify));
        }
        catch
        {
            training.Dispose();
            throw;
        }
    }

    private void CreateFolder()
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (IOException failure)
        {
            throw new IOException($"{folder}: cannot be created: {failure.Message}", failure);
        }
    }

    private void Say(CorpusOptions corpus, string message) => progress?.Report(new DataProgress(corpus.Name, 0, 0, 0, 0, 0, message));

    private static (long, DateTime)[] Stamps(IReadOnlyList<string> files) => [.. files.Select(static file =>
    {
        Engine.Formats.InputFile.Check(file);
        var info = new FileInfo(file);
        return (info.Length, info.LastWriteTimeUtc);
    })];
}
