using System.Text;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;

namespace PlamoNative.Training.Configuration;

/// <summary>Everything that decides a training run, as one YAML file says it; docs/training.md describes every key.</summary>
public sealed record TrainingConfiguration
{
    private const int LargestFile = 1 << 20;
    private const int MostThreads = 1024;

    /// <summary>The keys at the top, looked at before anything below them: the section that a misspelt one should have been would seem to be missing.</summary>
    private static readonly string[] Keys =
    [
        "model", "seed", "threads", "precision", "tokenizer", "data", "batch", "optimizer", "schedule", "regularization", "recompute", "validation", "checkpoint",
        "guard", "recording", "output",
    ];

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly ChoiceNames<TrainingPrecision> Precisions = new((TrainingPrecision.Float32, "float32"), (TrainingPrecision.BFloat16, "bfloat16"));
    private static readonly ChoiceNames<RecomputeMode> RecomputeModes = new((RecomputeMode.None, "none"), (RecomputeMode.Layers, "layers"));

    /// <summary><c>model</c>: what is trained.</summary>
    public required ModelSettings Model { get; init; }

    /// <summary><c>seed</c>: of weights, shuffling, dropout and samples.</summary>
    public ulong Seed { get; init; }

    /// <summary><c>threads</c>: 0 means one per logical processor. Results do not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary><c>precision</c> of the parameters in the model.</summary>
    public TrainingPrecision Precision { get; init; }

    /// <summary><c>tokenizer</c>: what turns text into tokens.</summary>
    public TokenizerSettings Tokenizer { get; init; } = new();

    /// <summary><c>data</c>: texts.</summary>
    public required DataSettings Data { get; init; }

    /// <summary><c>batch</c>: tokens of a step.</summary>
    public BatchSettings Batch { get; init; } = new();

    /// <summary><c>optimizer</c>: AdamW.</summary>
    public OptimizerSettings Optimizer { get; init; } = new();

    /// <summary><c>schedule</c>: the learning rate over the run, and the run's end.</summary>
    public required ScheduleSettings Schedule { get; init; }

    /// <summary><c>regularization</c>.</summary>
    public RegularizationSettings Regularization { get; init; } = new();

    /// <summary><c>recompute</c>: what is computed again in the backward pass instead of kept.</summary>
    public RecomputeMode Recompute { get; init; }

    /// <summary><c>validation</c> on held-out text.</summary>
    public ValidationSettings Validation { get; init; } = new();

    /// <summary><c>checkpoint</c>: what is kept on disk, and how often.</summary>
    public CheckpointSettings Checkpoint { get; init; } = new();

    /// <summary><c>guard</c> against steps that would spoil the weights.</summary>
    public GuardSettings Guard { get; init; } = new();

    /// <summary><c>recording</c> of metrics.</summary>
    public RecordingSettings Recording { get; init; } = new();

    /// <summary><c>output</c>: the run's folder.</summary>
    public required string Output { get; init; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The YAML file.</param>
    /// <param name="overrides">Assignments such as <c>optimizer.learning_rate=3e-4</c> that go before what the file says.</param>
    /// <exception cref="ConfigurationException">No YAML, an unknown key, a missing one, or a value of a wrong type or out of its range; names file and line.</exception>
    /// <exception cref="ModelFormatException">The path leads to a pipe or a device, or the file is longer than any configuration.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TrainingConfiguration Read(string path, IEnumerable<string>? overrides = null)
    {
        var bytes = InputFile.ReadAllBytes(path, LargestFile);
        try
        {
            return Parse(StrictUtf8.GetString(bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes), path, overrides);
        }
        catch (DecoderFallbackException exception)
        {
            throw new ConfigurationException(path, "content", "UTF-8 text", FormattableString.Invariant($"malformed bytes at {exception.Index}"));
        }
    }

    /// <summary>Reads YAML text.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="source">Its name for messages.</param>
    /// <param name="overrides">As in <see cref="Read"/>.</param>
    /// <exception cref="ConfigurationException">As in <see cref="Read"/>.</exception>
    public static TrainingConfiguration Parse(string yaml, string source, IEnumerable<string>? overrides = null)
    {
        var root = ConfigurationNodeReader.Read(yaml, source, hasLines: true);
        foreach (var assignment in overrides ?? [])
        {
            root = ConfigurationOverride.Apply(root, assignment);
        }

        return Read(ConfigurationSection.Root(root));
    }

    /// <summary>The whole configuration, defaults included, as YAML that reads back equal.</summary>
    public string ToYaml() => ConfigurationNodeWriter.Write(Write(new ConfigurationBuilder()).Build());

    /// <summary>Checks a configuration that was made in code by the rules for files.</summary>
    /// <returns>This configuration.</returns>
    /// <exception cref="ConfigurationException">A value is wrong.</exception>
    public TrainingConfiguration Validate()
    {
        Read(ConfigurationSection.Root(Write(new ConfigurationBuilder()).Build()));
        return this;
    }

    private static TrainingConfiguration Read(ConfigurationSection root)
    {
        root.Expect(Keys);
        var configuration = root.Done(new TrainingConfiguration
        {
            Output = root.RequiredText("output", "a folder for the run"),
            Model = ModelSettings.Read(root.Section("model")),
            Seed = root.Unsigned("seed", 0),
            Threads = root.Integer("threads", 0, 0, MostThreads),
            Precision = root.Choice("precision", TrainingPrecision.Float32, Precisions),
            Tokenizer = TokenizerSettings.Read(root.Section("tokenizer")),
            Data = DataSettings.Read(root.Section("data")),
            Batch = BatchSettings.Read(root.Section("batch")),
            Optimizer = OptimizerSettings.Read(root.Section("optimizer")),
            Schedule = ScheduleSettings.Read(root.Section("schedule")),
            Regularization = RegularizationSettings.Read(root.Section("regularization")),
            Recompute = root.Choice("recompute", RecomputeMode.None, RecomputeModes),
            Validation = ValidationSettings.Read(root.Section("validation")),
            Checkpoint = CheckpointSettings.Read(root.Section("checkpoint")),
            Guard = GuardSettings.Read(root.Section("guard")),
            Recording = RecordingSettings.Read(root.Section("recording")),
        });
        Check(configuration, root);
        return configuration;
    }

    /// <summary>What one section demands of another.</summary>
    private static void Check(TrainingConfiguration configuration, ConfigurationSection root)
    {
        if (!configuration.Tokenizer.IsGiven && configuration.Model.Folder is null)
        {
            throw root.Section("tokenizer").WrongAsAWhole("path, or vocab_size to train one on the text", "neither (only model.folder has a tokenizer of its own)");
        }

        if (configuration.Batch.Tokens < configuration.Data.SequenceLength)
        {
            throw root.Section("batch").Wrong(
                "tokens", FormattableString.Invariant($"at least data.sequence_length ({configuration.Data.SequenceLength})"), FormattableString.Invariant($"{configuration.Batch.Tokens}"));
        }

        if (configuration.Data.Phases.Count > 1 && configuration.Schedule.Steps is null)
        {
            throw root.Section("data").Wrong("phases", "schedule.steps beside phases, which are shares of them", "a run without a number of steps");
        }
    }

    private ConfigurationBuilder Write(ConfigurationBuilder to) => to
        .Section("model", Model.Write)
        .Unsigned("seed", Seed)
        .Integer("threads", Threads)
        .Choice("precision", Precision, Precisions)
        .Section("tokenizer", Tokenizer.Write)
        .Section("data", Data.Write)
        .Section("batch", Batch.Write)
        .Section("optimizer", Optimizer.Write)
        .Section("schedule", Schedule.Write)
        .Section("regularization", Regularization.Write)
        .Choice("recompute", Recompute, RecomputeModes)
        .Section("validation", Validation.Write)
        .Section("checkpoint", Checkpoint.Write)
        .Section("guard", Guard.Write)
        .Section("recording", Recording.Write)
        .Text("output", Output);
}
