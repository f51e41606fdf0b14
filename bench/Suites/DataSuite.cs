using PlamoNative.Runtime.Tokenization;
using PlamoNative.Training.Data;

namespace PlamoNative.Bench;

/// <summary>The data of a training run: text into shards on the disk, and shards into batches.</summary>
internal sealed class DataSuite : IBenchSuite
{
    private const int VocabSize = 16384;

    /// <inheritdoc/>
    public string Name => "data";

    /// <inheritdoc/>
    public void Run(BenchContext context)
    {
        if (!context.Wants("data-shards") && !context.Wants("data-batches"))
        {
            return;
        }

        var folder = Directory.CreateTempSubdirectory("plamo-bench-");
        try
        {
            var (files, source) = Corpus(folder.FullName);
            var tokenizer = new PlamoTokenizer(UnigramTrainer.Train(files.Select(File.ReadAllText), new UnigramTrainerOptions { VocabSize = VocabSize }));
            var options = new DataOptions
            {
                Sources = [new CorpusOptions { Files = files, Separator = CorpusOptions.WholeFile }],
                ShardFolder = Path.Combine(folder.FullName, "shards"),
            };
            if (context.Wants("data-shards"))
            {
                foreach (var threads in context.Options.Threads)
                {
                    MeasureShards(context, options with { Threads = threads }, tokenizer, source);
                }
            }

            if (context.Wants("data-batches"))
            {
                MeasureBatches(context, options, tokenizer, source);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Everything that stands between text files and the first batch: hashing the files, reading, tokenizing, writing, flushing to the disk, mapping.</summary>
    private static void MeasureShards(BenchContext context, DataOptions options, PlamoTokenizer tokenizer, string source)
    {
        long characters;
        using (var data = TrainingData.Open(options, tokenizer))
        {
            characters = data.CharacterCount;
        }

        context.Measure(new BenchCase
        {
            Name = "data-shards",
            Shape = $"{characters} characters of {source} in {options.Sources[0].Files.Count} documents into shards",
            DType = "text",
            Threads = options.Threads,
            Unit = "Mchar/s a core",
            Candidate = new Contender("ours", characters, 1e-6 * characters / options.Threads, () =>
            {
                Directory.Delete(options.ShardFolder, recursive: true);
                TrainingData.Open(options, tokenizer).Dispose();
            }),
            Target = "2 Mchar/s a core",
            Note = "a document is the unit of work: few long ones share threads unevenly",
        });
    }

    private static void MeasureBatches(BenchContext context, DataOptions options, PlamoTokenizer tokenizer, string source)
    {
        using var data = TrainingData.Open(options, tokenizer);
        var batch = new TrainingBatch();
        context.Measure(new BenchCase
        {
            Name = "data-batches",
            Shape = $"batches of {options.BatchTokens} tokens in sequences of {options.SequenceLength} out of shards of {source}",
            DType = "ids",
            Threads = 1,
            Unit = "Mtoken/s",
            Candidate = new Contender("ours", options.BatchTokens, 1e-6 * options.BatchTokens, () => data.Batches.Next(batch)),
        });
    }

    private static (string[] Files, string Source) Corpus(string folder)
    {
        if (SharedFolder.Find("data/ja") is { } shared)
        {
            return ([.. Directory.GetFiles(shared, "*.txt").Order(StringComparer.Ordinal)], "Japanese novels");
        }

        var files = Enumerable.Range(0, 5).Select(index => Path.Combine(folder, $"{index}.txt")).ToArray();
        foreach (var file in files)
        {
            File.WriteAllText(file, SyntheticJapanese.Create(200_000));
        }

        return (files, "synthetic Japanese");
    }
}
