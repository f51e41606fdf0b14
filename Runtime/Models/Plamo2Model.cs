using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Caches;

namespace PlamoNative.Runtime.Models;

/// <summary>
/// A PLaMo 2 model: embedding, decoder layers, final norm, head. The same definition serves inference and training, since it speaks to
/// <see cref="IOperators"/> only. It gives intermediate tensors back as soon as it has used them; operators that need one later keep a view of their own.
/// </summary>
/// <remarks>Immutable: any number of threads may run it, each with operators, a batch and states of its own.</remarks>
public sealed class Plamo2Model : IDisposable
{
    private readonly List<ModelParameter> _parameters = [];
    private readonly LinearWeight _embedding;
    private readonly DecoderLayer[] _layers;
    private readonly Norm _finalNorm;
    private readonly LinearWeight _head;

    /// <summary>Builds a model.</summary>
    /// <param name="configuration">Its shape.</param>
    /// <param name="device">Where its tensors are.</param>
    /// <param name="load">Gives the tensor for a slot; the model owns it.</param>
    public Plamo2Model(Plamo2Configuration configuration, Device device, Func<WeightSlot, ModelParameter> load)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(load);
        Configuration = configuration;
        Device = device;
        try
        {
            var builder = new LayerBuilder(configuration, slot => Keep(load(slot)));
            _embedding = builder.Matrix(WeightTable.Embedding(configuration));
            _layers = builder.Layers();
            _finalNorm = builder.Norm(WeightTable.FinalNorm(configuration), configuration.RmsNormEpsilon);
            _head = configuration.TieWordEmbeddings ? _embedding : builder.Matrix(WeightTable.Head(configuration));
        }
        catch
        {
            Dispose();
            throw;
        }

        ActivationType = _embedding.DType == DType.Float64 ? DType.Float64 : DType.Float32;
    }

    /// <summary>The model's shape.</summary>
    public Plamo2Configuration Configuration { get; }

    /// <summary>Where the model's tensors are.</summary>
    public Device Device { get; }

    /// <summary>float32, or float64 in the exact mode, in which all weights are float64 too.</summary>
    public DType ActivationType { get; }

    /// <summary>All tensors, first to last.</summary>
    public IReadOnlyList<ModelParameter> Parameters => _parameters;

    /// <summary>Bytes of all tensors, in memory or in mapped files.</summary>
    public long ByteLength => _parameters.Sum(static parameter => parameter.ByteLength);

    /// <summary>The state of a sequence that has not begun.</summary>
    public SequenceState CreateState() => new(Configuration, Device, ActivationType);

    /// <summary>Runs the model and advances the batch's states.</summary>
    /// <param name="ops">Operators; the result belongs to their scope.</param>
    /// <param name="batch">Tokens of one or more sequences.</param>
    /// <returns>Logits [rows, V], one row for each of <see cref="ForwardBatch.LogitTokens"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A token is not below the vocabulary's size; no state was touched.</exception>
    /// <exception cref="InvalidOperationException">The batch was not filled anew since its states moved on; no state was touched.</exception>
    public Tensor Forward(IOperators ops, ForwardBatch batch)
    {
        ArgumentNullException.ThrowIfNull(ops);
        using var hidden = HiddenStates(ops, batch);
        return ops.Linear(hidden, _head);
    }

    /// <summary>As <see cref="Forward"/>, up to and with the final norm: [rows, h], what the head multiplies.</summary>
    public Tensor HiddenStates(IOperators ops, ForwardBatch batch)
    {
        ArgumentNullException.ThrowIfNull(ops);
        ArgumentNullException.ThrowIfNull(batch);
        CheckTokens(batch);
        batch.BeginPass();
        var hidden = ops.Embedding(batch.Tokens, _embedding);
        foreach (var layer in _layers)
        {
            using var before = hidden;
            hidden = ops.Segment(layer, before, batch);
        }

        batch.Advance();
        if (batch.LogitTokens.Length != batch.TokenCount)
        {
            using var all = hidden;
            hidden = ops.GatherRows(all, batch.LogitTokens);
        }

        using var last = hidden;
        return _finalNorm.Forward(ops, last);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var parameter in _parameters)
        {
            parameter.Dispose();
        }

        _parameters.Clear();
    }

    private ModelParameter Keep(ModelParameter parameter)
    {
        _parameters.Add(parameter);
        return parameter;
    }

    private void CheckTokens(ForwardBatch batch)
    {
        foreach (var token in batch.Tokens)
        {
            if ((uint)token >= (uint)Configuration.VocabSize)
            {
                throw new ArgumentOutOfRangeException(nameof(batch), token, $"a token is out of range: expected 0 to {Configuration.VocabSize - 1}, found {token}");
            }
        }
    }
}
