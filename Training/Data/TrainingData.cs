using PlamoNative.Engine;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Training.Data;

/// <summary>The data of a run: shards made or found again, and the batches and held-out documents out of them.</summary>
public sealed class TrainingData : IDisposable
{
    private readonly List<TokenDataset> _datasets = [];
    private PackedBatchSource? _batches;

    private TrainingData()
    {
    }

    /// <summary>Micro-batches, without an end.</summary>
    public IBatchSource Batches => _batches!;

    /// <summary>Held-out documents; null when nothing is held out.</summary>
    public ValidationSet? HeldOut { get; private set; }

    /// <summary>Documents to learn from.</summary>
    public long DocumentCount { get; private set; }

    /// <summary>Tokens of one pass over them, BOS included and EOS (which is a target only) left out.</summary>
    public long TokenCount { get; private set; }

    /// <summary>UTF-16 units of their text.</summary>
    public long CharacterCount { get; private set; }

    /// <summary>Bytes of their learned text as UTF-8.</summary>
    public long TextByteCount { get; private set; }

    /// <summary>Passes over the data so far, with fractions: tokens given over tokens of a pass.</summary>
    public double Epoch => _batches!.Epoch;

    /// <summary>Reads the corpora into shards, or finds shards that were made of the same contents, tokenizer and options, and opens them.</summary>
    /// <param name="options">The data.</param>
    /// <param name="tokenizer">Makes the tokens.</param>
    /// <param name="progress">Told how far reading is, on the caller's thread.</param>
    /// <param name="cancellation">Stops reading; no half set stays behind.</param>
    /// <exception cref="ConfigurationException">An option is wrong, a pattern finds nothing, or there is nothing to learn from.</exception>
    /// <exception cref="ModelFormatException">A file holds what it must not; the message names file and line.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read, or the disk is full.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static TrainingData Open(DataOptions options, PlamoTokenizer tokenizer, IProgress<DataProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(tokenizer);
        Check(options, tokenizer);
        var data = new TrainingData();
        try
        {
            data.OpenShards(options, tokenizer, progress, cancellation);
            return data;
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    /// <summary>Closes the shards.</summary>
    public void Dispose()
    {
        foreach (var dataset in _datasets)
        {
            dataset.Dispose();
        }
    }

    private void OpenShards(DataOptions options, PlamoTokenizer tokenizer, IProgress<DataProgress>? progress, CancellationToken cancellation)
    {
        var store = new ShardStore(options.ShardFolder, tokenizer, progress, cancellation);
        var shardOptions = new ShardOptions
        {
            AddBos = options.AddBos ?? tokenizer.BosId is not null,
            AddEos = options.AddEos ?? tokenizer.EosId is not null,
            HeldOutFraction = options.HeldOutFraction,
            Threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads,
        };
        var training = new List<TokenDataset>();
        var heldOut = new List<TokenDataset>();
        foreach (var source in options.Sources)
        {
            var (learned, held) = store.Open(source, shardOptions);
            _datasets.AddRange([learned, held]);
            training.Add(learned);
            heldOut.Add(held);
            if (learned.DocumentCount == 0)
            {
                throw new ConfigurationException(CorpusFiles.Where(source.Name), "files", "documents to learn from", held.DocumentCount == 0 ? "none" : "held-out ones only");
            }
        }

        if (options.HeldOut is { } files)
        {
            var (whole, none) = store.Open(files, shardOptions with { HeldOutFraction = 0 });
            _datasets.AddRange([whole, none]);
            heldOut.Add(whole);
        }

        if (heldOut.Any(static dataset => dataset.DocumentCount > 0))
        {
            HeldOut = new ValidationSet(heldOut, options.HeldOutSequenceLength ?? options.SequenceLength, options.HeldOutContext, options.BatchTokens);
        }

        IReadOnlyList<MixturePhase> phases = options.Phases.Count > 0 ? options.Phases : [new MixturePhase(long.MaxValue, [.. options.Sources.Select(static source => source.Weight)])];
        _batches = new PackedBatchSource(training, phases, options.SequenceLength, options.BatchTokens, options.Seed);
        DocumentCount = training.Sum(static dataset => dataset.DocumentCount);
        TokenCount = training.Sum(static dataset => dataset.InputCount);
        CharacterCount = training.Sum(static dataset => dataset.CharacterCount);
        TextByteCount = training.Sum(static dataset => dataset.TextByteCount);
    }

    private static void Check(DataOptions options, PlamoTokenizer tokenizer)
    {
        Require(options.Sources.Count > 0, "sources", "at least one", "none");
        Require(options.ShardFolder.Length > 0, "shard_folder", "a folder", "an empty path");
        Require(options.HeldOutFraction is >= 0 and < 1, "held_out_fraction", "0 to below 1", $"{options.HeldOutFraction}");
        Require(options.Threads is >= 0 and <= 1024, "threads", "0 to 1024", $"{options.Threads}");
        Require(options.AddBos != true || tokenizer.BosId is not null, "add_bos", "a tokenizer with a BOS token", "one without");
        Require(options.AddEos != true || tokenizer.EosId is not null, "add_eos", "a tokenizer with an EOS token", "one without");
        foreach (var source in options.HeldOut is null ? options.Sources : [.. options.Sources, options.HeldOut])
        {
            Require(source.Separator.Length > 0, $"{source.Name}, separator", $"{CorpusOptions.Line}, {CorpusOptions.WholeFile} or a text", "an empty text");
        }
    }

    private static void Require(bool holds, string key, string expected, string found)
    {
        if (!holds)
        {
            throw new ConfigurationException("data", key, expected, found);
        }
    }
}
