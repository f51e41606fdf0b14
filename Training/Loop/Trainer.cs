using System.Diagnostics;
using System.Text.Json.Nodes;
using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Tokenization;
using PlamoNative.Training.Checkpoints;
using PlamoNative.Training.Configuration;
using PlamoNative.Training.Data;
using PlamoNative.Training.Models;
using PlamoNative.Training.Optimizers;
using PlamoNative.Training.Schedules;

namespace PlamoNative.Training.Loop;

/// <summary>
/// The training loop: micro-batches, the guard, the optimizer's step, validation, checkpoints. All that decides the next bit is in the checkpoint, so that a run
/// that was killed anywhere and resumed equals one that never stopped (runs whose schedule follows wall time excepted).
/// </summary>
public sealed class Trainer : IDisposable
{
    private const int LossesOfSummary = 100;

    private readonly TrainingConfiguration _configuration;
    private readonly TrainableModel _model;
    private readonly TrainingData _data;
    private readonly TrainingObservers _observers;
    private readonly string _checkpoints;
    private readonly string _finalModel;
    private readonly AdamWOptimizer _optimizer;
    private readonly WeightAverage? _average;
    private readonly GradientPass _pass;
    private readonly Validator? _validator;
    private readonly LearningRateSchedule _schedule;
    private readonly OutlierGuard _guard;
    private readonly ModelFlops _flops;
    private readonly TrainingTensors _tensors;
    private readonly CheckpointWriter _writer;
    private readonly CheckpointKeeper _keeper;
    private readonly TrainingBatch[] _batches;
    private readonly Queue<double> _lastLosses = new();
    private readonly Stopwatch _clock = new();
    private TrainingState _state = new();
    private double _secondsBefore;
    private double _bitsPerByte = double.NaN;

    /// <summary>Prepares a run; nothing is written yet.</summary>
    /// <param name="configuration">How to train.</param>
    /// <param name="model">What to train; it stays the caller's.</param>
    /// <param name="tokenizer">Saved beside the weights.</param>
    /// <param name="data">What to learn from; it stays the caller's.</param>
    /// <param name="folder">The run's folder; it exists.</param>
    /// <param name="observers">Who is told.</param>
    public Trainer(
        TrainingConfiguration configuration, TrainableModel model, PlamoTokenizer tokenizer, TrainingData data, string folder, IReadOnlyList<ITrainingObserver> observers)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(observers);
        (_configuration, _model, _data, _observers) = (configuration, model, data, new TrainingObservers(observers));
        _checkpoints = Path.Combine(folder, "checkpoints");
        _finalModel = Path.Combine(folder, "model");
        var o = configuration.Optimizer;
        _optimizer = new AdamWOptimizer(model, new AdamWSettings(o.Beta1, o.Beta2, o.Epsilon, o.WeightDecay));
        _average = o.EmaDecay is { } decay ? new WeightAverage(model, _optimizer, decay) : null;
        _pass = new GradientPass(model)
        {
            ZLossWeight = configuration.Regularization.ZLoss,
            Dropout = configuration.Regularization.Dropout,
            DropoutSeed = configuration.Seed,
            Recomputes = configuration.Recompute == RecomputeMode.Layers,
        };
        _validator = data.HeldOut is { } heldOut ? new Validator(_pass, heldOut, configuration.Validation.Batches) : null;
        _schedule = new LearningRateSchedule(configuration.Schedule, o.LearningRate);
        _guard = new OutlierGuard(configuration.Guard);
        _flops = new ModelFlops(model.Configuration);
        _tensors = new TrainingTensors(model, _optimizer, _average);
        _writer = new CheckpointWriter(_checkpoints, model.Configuration, tokenizer, _tensors, configuration.Checkpoint.Keep);
        _keeper = new CheckpointKeeper(_writer, _checkpoints, configuration.Checkpoint, _observers);
        _batches = [.. Enumerable.Range(0, configuration.Batch.AccumulationSteps).Select(static _ => new TrainingBatch())];
        TotalSteps = StepsOf(configuration, data);
    }

    /// <summary>Steps of the whole run; 0 if time ends it.</summary>
    public long TotalSteps { get; }

    /// <summary>Steps that are done.</summary>
    public long Step => _state.Step;

    /// <summary>Bytes of tensors that train beside the model's: gradients, moments, masters and averages.</summary>
    public long OptimizerBytes => _tensors.Others.Sum(static pair => pair.Value.DType.Bytes(pair.Value.ElementCount));

    /// <summary>Called with every step's number once its gradients are complete: for tests that spoil one.</summary>
    internal Action<long, TrainableModel>? GradientsComplete { get; set; }

    /// <summary>Goes back to the newest checkpoint of the run's folder.</summary>
    /// <returns>The step that the run goes on from.</returns>
    /// <exception cref="ConfigurationException">There is none.</exception>
    /// <exception cref="ModelFormatException">It is damaged, or of a run that was configured otherwise.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public long Resume()
    {
        var folder = CheckpointFolder.Newest(_checkpoints);
        var json = CheckpointReader.ReadState(folder);
        var path = CheckpointReader.StatePath(folder);
        var state = TrainingState.Load(Section(json, "trainer", path), path);
        CheckpointReader.Load(folder, _tensors, _model);
        _data.Batches.Seek(Section(json, "data", path));
        (_state, _secondsBefore) = (state, state.Seconds);
        _keeper.Continue(folder, state.Seconds);
        return state.Step;
    }

    /// <summary>Trains to the end, or until it is asked to stop; a checkpoint is on disk then.</summary>
    /// <param name="cancellation">Stops after the step that is running.</param>
    /// <exception cref="TrainingFailedException">Losses stay bad.</exception>
    /// <exception cref="IOException">Data cannot be read, or records or the last checkpoint cannot be written.</exception>
    public TrainingOutcome Run(CancellationToken cancellation)
    {
        _clock.Restart();
        if (_state.Step == 0 && _state.ValidatedStep < 0)
        {
            Validate(cancellation);
        }

        var ending = TrainingEnding.Complete;
        while (!IsOver())
        {
            if (cancellation.IsCancellationRequested)
            {
                ending = TrainingEnding.Interrupted;
                break;
            }

            RunStep();
            if (_configuration.Validation.Every is { } every && _state.Step % every == 0 && !IsOver())
            {
                Validate(CancellationToken.None);
                if (_configuration.Validation.EarlyStopPatience is { } patience && _state.ValidationsSinceBest >= patience)
                {
                    Tell("early-stop", FormattableString.Invariant($"no new best held-out loss for {patience} validations: the best was {_state.BestLoss:0.####} at step {_state.BestStep}"));
                    ending = TrainingEnding.EarlyStop;
                    break;
                }
            }

            if (_keeper.IsDue(_state.Step, Elapsed()))
            {
                Save();
            }

            _keeper.Collect(_state.Step, wait: false);
        }

        if (ending != TrainingEnding.Interrupted && _state.ValidatedStep != _state.Step)
        {
            Validate(CancellationToken.None);
        }

        return Finish(ending);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer.Dispose();
        _pass.Dispose();
        _average?.Dispose();
        _optimizer.Dispose();
    }

    private static long StepsOf(TrainingConfiguration configuration, TrainingData data)
    {
        var schedule = configuration.Schedule;
        var tokensAStep = (double)configuration.Batch.Tokens * configuration.Batch.AccumulationSteps;
        return schedule.Steps ?? (schedule.Epochs is { } epochs ? Math.Max(1, (long)Math.Ceiling(epochs * data.TokenCount / tokensAStep)) : 0);
    }

    private static JsonObject Section(JsonObject json, string key, string path) =>
        json[key] as JsonObject ?? throw new ModelFormatException(path, key, "a JSON object", json[key]?.ToJsonString() ?? "nothing");

    private double Elapsed() => _secondsBefore + _clock.Elapsed.TotalSeconds;

    private bool IsOver() =>
        (TotalSteps > 0 && _state.Step >= TotalSteps) || (_configuration.Schedule.Duration is { } duration && Elapsed() >= duration.TotalSeconds);

    private void RunStep()
    {
        var started = Stopwatch.GetTimestamp();
        var step = _state.Step + 1;
        var rate = TotalSteps > 0
            ? _schedule.AtStep(step, TotalSteps)
            : _schedule.AtProgress(step, Math.Min(1, Elapsed() / _configuration.Schedule.Duration!.Value.TotalSeconds));
        var (tokens, targets, flops) = (0L, 0L, 0.0);
        foreach (var batch in _batches)
        {
            _data.Batches.Next(batch);
            tokens += batch.Tokens.Length;
            targets += batch.TargetCount;
            flops += _flops.Of(batch);
        }

        _model.ZeroGradients();
        var sums = default(CrossEntropySums);
        foreach (var batch in _batches)
        {
            sums = sums.Add(_pass.AddGradients(batch, targets, _state.MicroBatches++));
        }

        GradientsComplete?.Invoke(step, _model);
        var loss = sums.Loss(_configuration.Regularization.ZLoss);
        var norm = _optimizer.GradientNorm();
        var complaint = targets == 0 ? "no token of it has a target" : _guard.Judge(_state, loss, norm);
        if (complaint is null)
        {
            _optimizer.Step(++_state.OptimizerSteps, rate, norm, _configuration.Optimizer.ClipNorm ?? 0);
            _average?.Step(_state.OptimizerSteps);
            _state.ConsecutiveSkips = 0;
            _lastLosses.Enqueue(loss);
            if (_lastLosses.Count > LossesOfSummary)
            {
                _lastLosses.Dequeue();
            }
        }

        _state.Step = step;
        _state.TotalTokens += tokens;
        var crossEntropy = sums.Loss(0);
        var record = new StepRecord(
            step, TotalSteps, tokens, targets, _state.TotalTokens, loss, crossEntropy, loss - crossEntropy, rate, norm, complaint is not null,
            Stopwatch.GetElapsedTime(started).TotalSeconds, tokens == 0 ? 0 : flops / tokens, _model.Model.Device.Memory.PeakLiveBytes, _data.Epoch);
        _observers.OnStep(record);

        if (complaint is not null)
        {
            OnSkip(complaint);
        }
    }

    private void OnSkip(string complaint)
    {
        var guard = _configuration.Guard;
        if (!guard.SkipNonfinite && !double.IsFinite(_optimizer.GradientNorm()))
        {
            throw new TrainingFailedException(FormattableString.Invariant($"step {_state.Step}: {complaint}, and guard.skip_nonfinite is false"));
        }

        Tell("skipped", FormattableString.Invariant($"step {_state.Step} changed nothing: {complaint}"));
        if (++_state.ConsecutiveSkips < guard.MaxConsecutiveSkips)
        {
            return;
        }

        _keeper.Collect(_state.Step, wait: true);
        if (_state.Rollbacks >= guard.MaxRollbacks)
        {
            throw new TrainingFailedException(FormattableString.Invariant(
                $"step {_state.Step}: {_state.ConsecutiveSkips} steps in a row had to be skipped, after {_state.Rollbacks} returns to a checkpoint; the last: {complaint}"));
        }

        if (CheckpointFolder.List(_checkpoints) is not [.., var (from, folder)])
        {
            throw new TrainingFailedException(FormattableString.Invariant($"step {_state.Step}: {_state.ConsecutiveSkips} steps in a row had to be skipped before the first checkpoint; the last: {complaint}"));
        }

        // Weights and moments go back; the data goes on, past what the run stumbled over.
        CheckpointReader.Load(folder, _tensors, _model);
        var path = CheckpointReader.StatePath(folder);
        var saved = TrainingState.Load(Section(CheckpointReader.ReadState(folder), "trainer", path), path);
        _state.OptimizerSteps = saved.OptimizerSteps;
        _state.RecentLosses.Clear();
        _state.RecentLosses.AddRange(saved.RecentLosses);
        _state.ConsecutiveSkips = 0;
        _state.Rollbacks++;
        Tell("rollback", FormattableString.Invariant($"weights and optimizer are those of step {from} again, the data goes on"));
    }

    private void Validate(CancellationToken cancellation)
    {
        if (_validator is null)
        {
            return;
        }

        // Observers may let the model write samples, so the averaged weights stay in their places until all have been told.
        var isBest = false;
        _average?.Swap();
        try
        {
            (var sums, _bitsPerByte) = _validator.Score(cancellation);
            var loss = sums.Loss(0);
            isBest = Note(loss);
            var record = new ValidationRecord(_state.Step, _state.TotalTokens, loss, _bitsPerByte, sums.TargetCount, isBest, _average is null ? "model" : "ema");
            _observers.OnValidation(record);
        }
        finally
        {
            _average?.Swap();
        }

        if (isBest && _configuration.Checkpoint.KeepBest && _state.Step > 0)
        {
            Save();
        }
    }

    /// <summary>Takes a held-out loss into the state; true if it is the lowest so far.</summary>
    private bool Note(double loss)
    {
        var isBest = _state.BestLoss is null || loss < _state.BestLoss;
        _state.FirstLoss ??= loss;
        _state.LastLoss = loss;
        _state.ValidatedStep = _state.Step;
        _state.ValidationsSinceBest = isBest ? 0 : _state.ValidationsSinceBest + 1;
        if (isBest)
        {
            (_state.BestLoss, _state.BestStep) = (loss, _state.Step);
        }

        return isBest;
    }

    private void Save() => _keeper.Save(_state, _data.Batches.SavePosition(), Elapsed());

    private TrainingOutcome Finish(TrainingEnding ending)
    {
        _keeper.SaveLast(_state, _data.Batches.SavePosition(), Elapsed());
        string? model = null;
        if (ending != TrainingEnding.Interrupted)
        {
            _average?.Swap();
            _writer.WriteModel(_finalModel);
            _average?.Swap();
            model = _finalModel;
        }

        var trainLoss = _lastLosses.Count == 0 ? double.NaN : _lastLosses.Average();
        return new TrainingOutcome(
            _state.Step, _state.TotalTokens, trainLoss, _state.FirstLoss, _state.LastLoss, _state.BestLoss, _bitsPerByte, _keeper.Newest, model, ending);
    }

    private void Tell(string kind, string message) => _observers.Tell(_state.Step, kind, message);
}
