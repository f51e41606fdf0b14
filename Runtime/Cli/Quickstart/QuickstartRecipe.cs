using PlamoNative.Training.Configuration;
using PlamoNative.Training.Data;
using PlamoNative.Training.Synthetic;

namespace PlamoNative.Cli.Quickstart;

/// <summary>The sizes of the quickstart: chosen so that two processors see a small corpus often enough in two minutes to write like it.</summary>
internal static class QuickstartRecipe
{
    internal const string Preset = "plamo-2-nano";
    internal const int DefaultSeconds = 120;

    private const int TrainingDocuments = 12_000;
    private const int HeldOutDocuments = 200;
    private const int VocabSize = 1500;

    /// <summary>Writes the corpus as text, a document a line.</summary>
    internal static SyntheticFiles WriteCorpus(string folder, ulong seed) =>
        SyntheticFiles.Write(folder, seed, TrainingDocuments, HeldOutDocuments, SyntheticFormat.PlainText);

    /// <summary>The run, as if a file had said it.</summary>
    internal static TrainingConfiguration Configure(SyntheticFiles corpus, string output, ulong seed, int threads, int seconds) => new TrainingConfiguration
    {
        Model = new ModelSettings { Preset = Preset },
        Seed = seed,
        Threads = threads,
        Tokenizer = new TokenizerSettings { VocabSize = VocabSize },
        Data = new DataSettings
        {
            Sources = [new CorpusOptions { Name = "synthetic", Files = [corpus.Training], Format = CorpusFormat.Text }],
            HeldOut = new HeldOutSettings
            {
                Fraction = 0, Corpus = new CorpusOptions { Name = "heldout", Files = [corpus.HeldOut], Format = CorpusFormat.Text },
            },
            SequenceLength = 256,
        },
        Batch = new BatchSettings { Tokens = 2048 },
        Optimizer = new OptimizerSettings { LearningRate = 4e-3 },
        Schedule = new ScheduleSettings { WarmupSteps = 30, FinalFraction = 0.05, Duration = TimeSpan.FromSeconds(seconds) },
        Validation = new ValidationSettings { Every = 50 },
        Checkpoint = new CheckpointSettings { Every = null, EveryMinutes = 1, Keep = 1, KeepBest = false },
        Output = output,
    }.Validate();
}
