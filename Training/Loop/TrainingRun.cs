using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Tokenization;
using PlamoNative.Training.Checkpoints;
using PlamoNative.Training.Configuration;
using PlamoNative.Training.Data;
using PlamoNative.Training.Models;
using PlamoNative.Training.Recording;

namespace PlamoNative.Training.Loop;

/// <summary>
/// A training run from its configuration: the run's folder, tokenizer, shards, model, trainer and records, opened in that order. This is the one place where
/// the parts meet; the command and programs that embed training start here.
/// </summary>
public sealed class TrainingRun : IDisposable
{
    private const string TokenizerFolder = "tokenizer";

    private readonly List<ITrainingObserver> _observers = [];
    private readonly RunLock _lock;
    private readonly RunRecorder _recorder;
    private readonly Trainer _trainer;

    private TrainingRun(TrainingConfiguration configuration, bool resumes, Device device, TrainingPreparation preparation, CancellationToken cancellation)
    {
        Configuration = configuration;
        Folder = resumes ? RunFolder.Open(configuration.Output) : RunFolder.Create(configuration.Output);
        var opened = new Stack<IDisposable>();
        try
        {
            opened.Push(_lock = RunLock.Take(Folder));
            using var weights = configuration.Model.Folder is { } folder ? ModelLoader.Open(folder, device) : null;
            Tokenizer = OpenTokenizer(weights, preparation, cancellation);
            opened.Push(Data = TrainingData.Open(DataOptions(configuration, Folder), Tokenizer, preparation.Data, cancellation));
            opened.Push(Model = TrainableModel.Create(
                weights is null ? new RandomWeights(Shape(), configuration.Seed) : new ModelWeightSource(weights.Model), device,
                configuration.Precision == TrainingPrecision.BFloat16 ? DType.BFloat16 : DType.Float32));
            Tokenizer.CheckAgainst(Model.Configuration.VocabSize, configuration.Output);
            opened.Push(_trainer = new Trainer(configuration, Model, Tokenizer, Data, Folder.Root, _observers));

            // A run that was killed before its first checkpoint begins anew: its records start empty, tokenizer and shards are found again.
            ResumedFrom = resumes && CheckpointFolder.List(Folder.CheckpointsFolder).Count > 0 ? _trainer.Resume() : null;
            PeakFlopsPerSecond = MatmulRate.Measure(device);
            _recorder = Folder.Start(configuration.ToYaml(), new RunStart
            {
                ResumedFrom = ResumedFrom,
                ThreadCount = (device as CpuDevice)?.Workers.ThreadCount ?? 1,
                Seeds = new Dictionary<string, long> { ["seed"] = unchecked((long)configuration.Seed) },
                PeakFlopsPerSecond = PeakFlopsPerSecond,
                WritesJsonLines = configuration.Recording.Jsonl,
                WritesTable = configuration.Recording.Csv,
                WritesEvents = configuration.Recording.TensorBoard,
            });
            _observers.Add(_recorder);
        }
        catch
        {
            while (opened.TryPop(out var part))
            {
                part.Dispose();
            }

            throw;
        }
    }

    /// <summary>The configuration, checked.</summary>
    public TrainingConfiguration Configuration { get; }

    /// <summary>What the run leaves on disk.</summary>
    public RunFolder Folder { get; }

    /// <summary>The tokenizer: given, or trained on the run's own text.</summary>
    public PlamoTokenizer Tokenizer { get; }

    /// <summary>The texts as tokens.</summary>
    public TrainingData Data { get; }

    /// <summary>The model.</summary>
    public TrainableModel Model { get; }

    /// <summary>Steps of the whole run; 0 if time ends it.</summary>
    public long TotalSteps => _trainer.TotalSteps;

    /// <summary>The step that the run goes on from; null when it begins.</summary>
    public long? ResumedFrom { get; }

    /// <summary>FLOP/s of the float32 matrix product on this machine now.</summary>
    public double PeakFlopsPerSecond { get; }

    /// <summary>Bytes of parameters, and of what training keeps beside them: gradients, and moments, masters and averages.</summary>
    public (long Parameters, long Gradients, long Optimizer) Memory => (
        Model.Parameters.Sum(static p => p.Values.DType.Bytes(p.Values.ElementCount)),
        Model.Parameters.Sum(static p => p.Gradient.DType.Bytes(p.Gradient.ElementCount)),
        _trainer.OptimizerBytes);

    /// <summary>Prepares a run: makes or finds its folder, tokenizer and shards, and builds or loads the model.</summary>
    /// <param name="configuration">How to train.</param>
    /// <param name="resumes">Go on from the newest checkpoint of the run in <see cref="TrainingConfiguration.Output"/>, or begin it anew if it has none yet; else that folder must not hold a run.</param>
    /// <param name="device">Where the model lives and trains.</param>
    /// <param name="preparation">Told about the slow parts.</param>
    /// <param name="cancellation">Ends the preparation.</param>
    /// <exception cref="ConfigurationException">The configuration cannot be followed.</exception>
    /// <exception cref="ModelFormatException">A file is not what it must be.</exception>
    /// <exception cref="IOException">A file cannot be read or written, or the folder holds a run already.</exception>
    public static TrainingRun Open(
        TrainingConfiguration configuration, bool resumes, Device device, TrainingPreparation preparation = default, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(device);
        return new TrainingRun(configuration.Validate(), resumes, device, preparation, cancellation);
    }

    /// <summary>Adds someone who is told what happens; before <see cref="Run"/>.</summary>
    public void Observe(ITrainingObserver observer) => _observers.Add(observer ?? throw new ArgumentNullException(nameof(observer)));

    /// <inheritdoc cref="RunRecorder.OnSample"/>
    public string KeepSample(long step, string name, string prompt, string text) => _recorder.OnSample(step, name, prompt, text);

    /// <summary>Trains; see <see cref="Trainer.Run"/>.</summary>
    public TrainingOutcome Run(CancellationToken cancellation = default) => _trainer.Run(cancellation);

    /// <summary>See <see cref="Trainer.GradientsComplete"/>.</summary>
    internal Action<long, TrainableModel>? GradientsComplete
    {
        get => _trainer.GradientsComplete;
        set => _trainer.GradientsComplete = value;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _recorder.Dispose();
        _trainer.Dispose();
        Model.Dispose();
        Data.Dispose();
        _lock.Dispose();
    }

    private static DataOptions DataOptions(TrainingConfiguration configuration, RunFolder folder)
    {
        var data = configuration.Data;
        var total = (double)(configuration.Schedule.Steps ?? 0) * configuration.Batch.Tokens * configuration.Batch.AccumulationSteps;
        return new DataOptions
        {
            Sources = data.Sources,
            Phases = [.. data.Phases.Select(phase => new MixturePhase((long)(phase.Until * total), phase.Weights))],
            HeldOut = data.HeldOut.Corpus,
            HeldOutFraction = data.HeldOut.Corpus is null ? data.HeldOut.Fraction : 0,
            HeldOutSequenceLength = data.HeldOut.SequenceLength,
            HeldOutContext = data.HeldOut.Context,
            SequenceLength = data.SequenceLength,
            BatchTokens = configuration.Batch.Tokens,
            Seed = configuration.Seed,
            ShardFolder = data.Shards ?? Path.Combine(folder.Root, "shards"),
            Threads = configuration.Threads,
        };
    }

    private Plamo2Configuration Shape()
    {
        var shape = ModelShape.Resolve(Configuration.Model, Tokenizer.Count);
        return (shape with
        {
            BosTokenId = Tokenizer.BosId ?? shape.BosTokenId,
            EosTokenIds = Tokenizer.EosId is { } eos ? [eos] : shape.EosTokenIds,
            PadTokenId = Tokenizer.PadId ?? shape.PadTokenId,
        }).Validate();
    }

    /// <summary>The run's own tokenizer if it was trained already, the configured one, the model's, or a new one.</summary>
    private PlamoTokenizer OpenTokenizer(LoadedModel? weights, TrainingPreparation preparation, CancellationToken cancellation)
    {
        var own = Path.Combine(Folder.Root, TokenizerFolder);
        if (Directory.Exists(own))
        {
            return PlamoTokenizer.Load(own);
        }

        if (Configuration.Tokenizer.Path is { } path)
        {
            return PlamoTokenizer.Load(path);
        }

        if (Configuration.Tokenizer.VocabSize is not { } vocabSize)
        {
            return weights!.RequireTokenizer();
        }

        var data = Configuration.Data;
        var fraction = data.HeldOut.Corpus is null ? data.HeldOut.Fraction : 0;
        var vocabulary = UnigramTrainer.Train(
            TrainingText.Read(data.Sources, fraction, Configuration.Tokenizer.MaxBytes),
            new UnigramTrainerOptions { VocabSize = vocabSize, Threads = Configuration.Threads == 0 ? Environment.ProcessorCount : Configuration.Threads },
            preparation.Tokenizer, cancellation);
        using (var folder = AtomicFolder.Create(own))
        {
            AtomicFile.Write(Path.Combine(folder.StagingPath, TokenizerFile.FileName), vocabulary.Write);
            AtomicFile.Write(Path.Combine(folder.StagingPath, TokenizerConfiguration.FileName), new TokenizerConfiguration { AddBosToken = true }.Write);
            folder.Commit();
        }

        return PlamoTokenizer.Load(own);
    }
}

/// <summary>Who is told about the slow parts of preparing a run.</summary>
/// <param name="Tokenizer">A tokenizer is being trained.</param>
/// <param name="Data">Texts are being read into shards.</param>
public readonly record struct TrainingPreparation(IProgress<UnigramTrainerProgress>? Tokenizer, IProgress<DataProgress>? Data);
