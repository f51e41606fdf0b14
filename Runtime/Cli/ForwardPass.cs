using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Caches;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Cli;

/// <summary>One sequence through a model in pieces, for verbs that want logits rather than text. Memory does not grow with the number of logits.</summary>
internal sealed class ForwardPass : IDisposable
{
    private const int LargestChunk = 512;
    private const int SmallestChunk = 32;
    private const int LogitsAtOnce = 1 << 24;

    private readonly Plamo2Model _model;
    private readonly TensorScope _scope;
    private readonly DirectOperators _operators;
    private readonly SequenceState _state;
    private readonly ForwardBatch _batch = new();
    private CpuDevice? _host;

    internal ForwardPass(Plamo2Model model, ActivationMode activations)
    {
        _model = model;
        _scope = new TensorScope(model.Device);
        _operators = new DirectOperators(_scope, activations);
        _state = model.CreateState();
    }

    /// <summary>Tokens at a time: as many as prefill likes, fewer where the vocabulary makes their logits large.</summary>
    internal int ChunkSize => Math.Clamp(LogitsAtOnce / _model.Configuration.VocabSize / SmallestChunk * SmallestChunk, SmallestChunk, LargestChunk);

    /// <summary>Forgets the sequence.</summary>
    internal void Restart() => _state.Reset();

    /// <summary>Appends tokens to the sequence.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="chunkSize">How many go through the model at once.</param>
    /// <param name="take">Is given logits [tokens of the chunk, V], chunk after chunk; null: nobody wants them and they are not computed.</param>
    internal void Run(ReadOnlySpan<int> tokens, int chunkSize, Action<Tensor>? take)
    {
        while (!tokens.IsEmpty)
        {
            using var range = Profiler.Range("forward pass", "phase");
            var chunk = tokens[..Math.Min(chunkSize, tokens.Length)];
            _batch.Clear();
            _batch.Add(chunk, _state, take is null ? LogitRows.Last : LogitRows.All);
            if (take is null)
            {
                _model.HiddenStates(_operators, _batch);
            }
            else
            {
                Pass(_model.Forward(_operators, _batch), take);
            }

            _scope.Reset();
            tokens = tokens[chunk.Length..];
        }
    }

    public void Dispose()
    {
        _scope.Dispose();
        _state.Dispose();
        _host?.Dispose();
    }

    private void Pass(Tensor logits, Action<Tensor> take)
    {
        if (logits.Device.IsHostMemory)
        {
            take(logits);
            return;
        }

        _host ??= new CpuDevice(threadCount: 1);
        using var copy = logits.To(_host);
        take(copy);
    }
}
