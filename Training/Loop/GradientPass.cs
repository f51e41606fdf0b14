using PlamoNative.Autograd;
using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Models;
using PlamoNative.Training.Data;
using PlamoNative.Training.Models;

namespace PlamoNative.Training.Loop;

/// <summary>
/// Forward and backward of one micro-batch: the model recorded on a tape, its head and loss in one fused kernel that never holds the logits of the whole batch.
/// Its memory is used again by the next micro-batch of the same shape.
/// </summary>
public sealed class GradientPass : IDisposable
{
    private readonly TrainableModel _model;
    private readonly Tape _tape;
    private readonly RecordingOperators _operators;
    private readonly ForwardBatch _batch = new();

    /// <summary>Prepares passes of a model.</summary>
    /// <param name="model">The model; it must outlive this object.</param>
    public GradientPass(TrainableModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _tape = new Tape(model.Model.Device);
        _operators = new RecordingOperators(_tape);
    }

    /// <summary>Weight of the mean squared log-sum-exp in the loss.</summary>
    public double ZLossWeight { get; init; }

    /// <summary>p of an element of a residual branch to be dropped in <see cref="AddGradients"/>.</summary>
    public double Dropout { get; init; }

    /// <summary>The seed of dropout.</summary>
    public ulong DropoutSeed { get; init; }

    /// <summary>Keeps only the layers' inputs and runs each layer again in the backward pass.</summary>
    public bool Recomputes
    {
        get => _operators.Recomputes;
        init => _operators.Recomputes = value;
    }

    /// <summary>Adds the gradients of <c>(Σ ce + zLossWeight Σ lse²) / targetCount</c> over the batch's targets to the parameters' gradients.</summary>
    /// <param name="batch">The micro-batch; at least one token.</param>
    /// <param name="targetCount">Targets of all micro-batches of the step: what the mean divides by.</param>
    /// <param name="number">The number of the micro-batch in the run: dropout draws its masks by it.</param>
    /// <returns>The batch's sums, from which the loss follows.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A token or target is not below the vocabulary's size.</exception>
    public CrossEntropySums AddGradients(TrainingBatch batch, long targetCount, long number = 0)
    {
        Fill(batch);
        _operators.Dropout = Dropout;
        _operators.DropoutSeed = DropoutSeed;
        _operators.DropoutCount = (ulong)number << 16;
        try
        {
            var hidden = _model.Model.HiddenStates(_operators, _batch);
            using var head = HeadValues(hidden.DType);
            CrossEntropySums sums;
            using (var target = _tape.SeedTarget(hidden, out _))
            {
                using var range = Profiler.Range("head and loss");
                sums = LinearCrossEntropy.ForwardBackward(
                    hidden, head, batch.Targets, targetCount, ZLossWeight, 1, null, null, target, _model.Head.Gradient);
            }

            hidden.Dispose();
            _tape.Backward();
            return sums;
        }
        finally
        {
            _tape.Reset();
        }
    }

    /// <summary>The batch's sums alone, without dropout and gradients: validation.</summary>
    /// <param name="batch">The batch; at least one token.</param>
    public CrossEntropySums Score(TrainingBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var values = Tensor.Allocate(_model.Model.Device, new Shape(2, batch.Tokens.Length), DType.Float64);
        using var crossEntropy = values.Narrow(0, 0, 1).Reshape(new Shape(batch.Tokens.Length));
        using var logSumExp = values.Narrow(0, 1, 1).Reshape(new Shape(batch.Tokens.Length));
        return Score(batch, everyToken: false, crossEntropy, logSumExp);
    }

    /// <summary>As <see cref="Score(TrainingBatch)"/>, token by token.</summary>
    /// <param name="batch">The batch; at least one token.</param>
    /// <param name="everyToken">Whether the log-sum-exp is wanted of tokens without a target too.</param>
    /// <param name="crossEntropy">[T], float64, nats; 0 without a target.</param>
    /// <param name="logSumExp">[T], float64.</param>
    public CrossEntropySums Score(TrainingBatch batch, bool everyToken, Tensor crossEntropy, Tensor logSumExp)
    {
        Fill(batch);
        _operators.Dropout = 0;
        try
        {
            using var none = _tape.NoGradient();
            var hidden = _model.Model.HiddenStates(_operators, _batch);
            using var head = HeadValues(hidden.DType);
            return LinearCrossEntropy.Forward(hidden, head, batch.Targets, everyToken, crossEntropy, logSumExp);
        }
        finally
        {
            _tape.Reset();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _tape.Dispose();

    private void Fill(TrainingBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        _batch.Clear();
        var borders = batch.SequenceOffsets;
        for (var s = 0; s < batch.SequenceCount; s++)
        {
            _batch.Add(batch.Tokens[borders[s]..borders[s + 1]], state: null, LogitRows.All);
        }
    }

    /// <summary>The head in the type of the activations: a bfloat16 head is widened for the time of the loss.</summary>
    private Tensor HeadValues(DType type)
    {
        var values = _model.Head.Values;
        if (values.DType == type)
        {
            return _tape.Values.Alias(values);
        }

        var wide = _tape.Values.Allocate(values.Shape, type);
        Casting.Run(values, wide);
        return wide;
    }
}
