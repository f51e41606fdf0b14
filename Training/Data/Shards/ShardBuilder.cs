using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Training.Data;

/// <summary>
/// Makes shards of a corpus. Documents are read one after the other in waves of some megabytes; the groups of a wave are tokenized on several threads, the longest
/// first, and written in the order they were read, so that the shards do not depend on the number of threads.
/// </summary>
/// <remarks>
/// A document is the unit: its segmentation is the best one of the whole, which no cut may change. So a corpus of one document uses one thread.
/// </remarks>
internal sealed class ShardBuilder : IDisposable
{
    private const int GroupBytes = 1 << 16;
    private const int WaveBytesPerThread = 1 << 22;

    private readonly CorpusOptions _corpus;
    private readonly IReadOnlyList<string> _files;
    private readonly ShardOptions _options;
    private readonly IProgress<DataProgress>? _progress;
    private readonly DocumentTokenizer[] _tokenizers;
    private readonly List<TokenizedGroup> _groups = [];
    private readonly ShardFiles _training;
    private readonly ShardFiles _heldOut;
    private DataProgress _state;
    private long _bytesBefore;

    private ShardBuilder(
        CorpusOptions corpus, IReadOnlyList<string> files, PlamoTokenizer tokenizer, byte[] tokenizerHash, ShardOptions options, string folder, IProgress<DataProgress>? progress)
    {
        _corpus = corpus;
        _files = files;
        _options = options;
        _progress = progress;
        _tokenizers = [.. Enumerable.Range(0, options.Threads).Select(_ => new DocumentTokenizer(tokenizer, corpus, options))];
        _training = new ShardFiles(folder, "train", tokenizer.Count, tokenizerHash, options.TokensPerShard);
        _heldOut = new ShardFiles(folder, "held-out", tokenizer.Count, tokenizerHash, options.TokensPerShard);
        _state = new DataProgress(corpus.Name, 0, files.Sum(file => new FileInfo(file).Length), 0, 0, 0, null);
    }

    /// <summary>Makes the set of a corpus.</summary>
    /// <param name="corpus">How its files are read.</param>
    /// <param name="files">The files.</param>
    /// <param name="tokenizer">Makes the ids.</param>
    /// <param name="tokenizerHash">SHA-256 of the tokenizer.</param>
    /// <param name="options">BOS, EOS, split, threads.</param>
    /// <param name="folder">Where the set appears; its parent exists.</param>
    /// <param name="key">The set's key.</param>
    /// <param name="progress">Told after every wave, on the caller's thread.</param>
    /// <param name="cancellation">Stops the work between waves; nothing stays on the disk.</param>
    /// <exception cref="ModelFormatException">A file holds what it must not.</exception>
    /// <exception cref="IOException">A file is missing or changes meanwhile, or the disk is full; nothing of the set stays.</exception>
    internal static ShardSet Build(
        CorpusOptions corpus,
        IReadOnlyList<string> files,
        PlamoTokenizer tokenizer,
        byte[] tokenizerHash,
        ShardOptions options,
        string folder,
        string key,
        IProgress<DataProgress>? progress,
        CancellationToken cancellation)
    {
        using var output = AtomicFolder.Create(folder, ShardSet.IsOwn);
        try
        {
            using var builder = new ShardBuilder(corpus, files, tokenizer, tokenizerHash, options, output.StagingPath, progress);
            builder.Run(cancellation);
            builder._training.Finish();
            builder._heldOut.Finish();
            var set = new ShardSet(folder, key, [.. builder._training.Names], [.. builder._heldOut.Names]);
            set.Write(output.StagingPath);
            output.Commit();
            return set;
        }
        catch (IOException failure) when (failure.Message.Contains(output.StagingPath, StringComparison.Ordinal))
        {
            // A full disk: the name that a person knows stands for the temporary one.
            throw new IOException(failure.Message.Replace(output.StagingPath, folder, StringComparison.Ordinal), failure);
        }
    }

    public void Dispose()
    {
        _training.Dispose();
        _heldOut.Dispose();
    }

    private void Run(CancellationToken cancellation)
    {
        var waveBytes = (long)WaveBytesPerThread * _options.Threads;
        var used = 0;
        long bytes = 0;
        foreach (var file in _files)
        {
            using var reader = DocumentReader.Open(file, _corpus);
            while (true)
            {
                var group = GroupFor(ref used);
                var before = group.Source.ByteCount;
                if (!reader.TryRead(group.Source))
                {
                    break;
                }

                bytes += group.Source.ByteCount - before;
                if (bytes >= waveBytes)
                {
                    _state = _state with { BytesDone = _bytesBefore + reader.FilePosition };
                    RunWave(used, cancellation);
                    (used, bytes) = (0, 0);
                }
            }

            _bytesBefore += new FileInfo(file).Length;
            _state = _state with { BytesDone = _bytesBefore };
        }

        RunWave(used, cancellation);
    }

    /// <summary>The group that takes the next document: the last one unless it is full.</summary>
    private TokenizedGroup GroupFor(ref int used)
    {
        if (used > 0 && _groups[used - 1].Source.ByteCount < GroupBytes)
        {
            return _groups[used - 1];
        }

        if (used == _groups.Count)
        {
            _groups.Add(new TokenizedGroup());
        }

        var group = _groups[used++];
        group.Source.Clear();
        return group;
    }

    private void RunWave(int count, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var order = Enumerable.Range(0, count).OrderByDescending(index => _groups[index].Source.ByteCount).ToArray();
        var next = -1;
        void Work(int worker)
        {
            while (Interlocked.Increment(ref next) is var turn && turn < order.Length)
            {
                _tokenizers[worker].Run(_groups[order[turn]]);
            }
        }

        var threads = Math.Min(_options.Threads, count);
        if (threads <= 1)
        {
            Work(0);
        }
        else
        {
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, Work);
        }

        for (var i = 0; i < count; i++)
        {
            Write(_groups[i]);
        }

        _progress?.Report(_state);
    }

    private void Write(TokenizedGroup group)
    {
        var ids = CollectionsMarshal.AsSpan(group.Ids);
        foreach (ref readonly var document in group.Documents)
        {
            if (document.Count > 0)
            {
                (document.IsHeldOut ? _heldOut : _training).Add(ids[..document.Count], document);
                ids = ids[document.Count..];
                _state = _state with
                {
                    DocumentCount = _state.DocumentCount + 1,
                    TokenCount = _state.TokenCount + document.Count,
                    CharacterCount = _state.CharacterCount + document.Characters,
                };
            }
        }

        if (group.Failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }
}
