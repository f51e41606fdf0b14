using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Caches;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Bench;

/// <summary>One sequence of a model: prefill from nothing, or one more token.</summary>
internal sealed class ModelRunner : IDisposable
{
    private readonly Plamo2Model _model;
    private readonly TensorScope _scope;
    private readonly DirectOperators _operators;
    private readonly ForwardBatch _batch = new();
    private readonly SequenceState _state;

    /// <summary>Prepares a sequence.</summary>
    public ModelRunner(Plamo2Model model, ActivationMode mode)
    {
        _model = model;
        _scope = new TensorScope(model.Device);
        _operators = new DirectOperators(_scope, mode);
        _state = model.CreateState();
    }

    /// <summary>Bytes of the sequence's state.</summary>
    public long StateBytes => _state.ByteLength;

    /// <summary>Token ids of a fixed sequence.</summary>
    public static int[] Tokens(int count, int vocabSize)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(300, vocabSize))];
    }

    /// <summary>Forgets the sequence and runs these tokens as its beginning; logits of the last one.</summary>
    public void Prefill(ReadOnlySpan<int> tokens)
    {
        _state.Reset();
        Step(tokens, LogitRows.Last);
    }

    /// <summary>Runs the next tokens one by one, with logits each.</summary>
    public void Decode(ReadOnlySpan<int> tokens)
    {
        for (var i = 0; i < tokens.Length; i++)
        {
            Step(tokens.Slice(i, 1), LogitRows.Last);
        }
    }

    /// <summary>Forgets the sequence; answers the logits [tokens, vocabulary] of these tokens, in one batch or one by one.</summary>
    public float[] AllLogits(ReadOnlySpan<int> tokens, bool stepwise)
    {
        _state.Reset();
        var logits = new float[tokens.Length * _model.Configuration.VocabSize];
        var step = stepwise ? 1 : tokens.Length;
        for (var i = 0; i < tokens.Length; i += step)
        {
            var output = Forward(tokens.Slice(i, step), LogitRows.All);
            output.AsSpan<float>().CopyTo(logits.AsSpan(i * _model.Configuration.VocabSize));
            _scope.Reset();
        }

        return logits;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _state.Dispose();
        _scope.Dispose();
    }

    private void Step(ReadOnlySpan<int> tokens, LogitRows rows)
    {
        Forward(tokens, rows);
        _scope.Reset();
    }

    private Tensor Forward(ReadOnlySpan<int> tokens, LogitRows rows)
    {
        _batch.Clear();
        _batch.Add(tokens, _state, rows);
        return _model.Forward(_operators, _batch);
    }
}
