using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Caches;
using PlamoNative.Runtime.Checkpoints;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Runtime.Sessions;

/// <summary>
/// One sequence and a model: tokens go in, logits and answers come out. It can be forked, saved, restored and rewound. Not safe for concurrent use; several
/// sessions may share a model, and for many requests at a time there is <see cref="Scheduling.BatchScheduler"/>.
/// </summary>
public sealed class PlamoSession : IDisposable
{
    /// <summary>Tokens of a prefill step, which bound the memory of a long prompt.</summary>
    public const int DefaultPrefillChunk = 512;

    private readonly DirectRunner _runner;
    private readonly ActivationMode _activations;
    private readonly List<int> _tokens = [];
    private SequenceState _state;

    /// <summary>Begins a sequence.</summary>
    /// <param name="model">The model; it must outlive the session.</param>
    /// <param name="tokenizer">Makes text of answers; null gives none.</param>
    /// <param name="activations">How activations meet block-quantised weights.</param>
    public PlamoSession(Plamo2Model model, PlamoTokenizer? tokenizer = null, ActivationMode activations = ActivationMode.Exact)
    {
        ArgumentNullException.ThrowIfNull(model);
        _runner = new DirectRunner(model, activations);
        _activations = activations;
        _state = model.CreateState();
        Tokenizer = tokenizer;
    }

    /// <summary>Begins a sequence.</summary>
    public PlamoSession(LoadedModel model, ActivationMode activations = ActivationMode.Exact)
        : this((model ?? throw new ArgumentNullException(nameof(model))).Model, model.Tokenizer, activations)
    {
    }

    /// <summary>The model.</summary>
    public Plamo2Model Model => _runner.Model;

    /// <summary>The tokenizer, or null.</summary>
    public PlamoTokenizer? Tokenizer { get; }

    /// <summary>Tokens that went in.</summary>
    public long Position => _state.Position;

    /// <summary>The tokens that went in since the sequence began or was restored.</summary>
    public IReadOnlyList<int> Tokens => _tokens;

    /// <summary>Bytes that the sequence's state holds.</summary>
    public long StateBytes => _state.ByteLength;

    /// <summary>Tokens of a prefill step.</summary>
    public int PrefillChunk { get; init; } = DefaultPrefillChunk;

    /// <summary>Puts tokens in, step by step of at most <see cref="PrefillChunk"/>.</summary>
    /// <param name="tokens">At least one.</param>
    /// <param name="cancellationToken">Ends the work between two steps; the session has then taken what was done, see <see cref="Position"/>.</param>
    /// <returns>The logits of the last token, [V], until the session's next call.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A token is not below the vocabulary's size; the step with it has not begun.</exception>
    public ReadOnlySpan<float> Append(scoped ReadOnlySpan<int> tokens, CancellationToken cancellationToken = default)
    {
        Take(tokens, cancellationToken);
        return _runner.Row(0);
    }

    /// <summary>Puts one token in and gives its logits, [V], until the session's next call.</summary>
    public ReadOnlySpan<float> Append(int token) => Append([token]);

    /// <summary>Puts a prompt in and generates an answer, token by token. Every token but the last goes into the sequence, so that it can go on.</summary>
    /// <param name="prompt">The next tokens of the sequence; at least one.</param>
    /// <param name="options">What is wanted.</param>
    /// <param name="cancellationToken">Ends the work between two steps.</param>
    /// <exception cref="ConfigurationException">An option is wrong, or the prompt (with what the sequence holds) does not fit the context.</exception>
    public IEnumerable<GeneratedToken> Generate(ReadOnlyMemory<int> prompt, GenerationOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        int[] before = prompt.IsEmpty ? [] : [.. _tokens, .. prompt.Span];
        return Generate(new Answer(before, _state.Position - _tokens.Count, options, Model, Tokenizer), prompt, cancellationToken);
    }

    /// <summary>A second session that stands where this one does and goes its own way.</summary>
    public PlamoSession Fork()
    {
        var fork = new PlamoSession(Model, Tokenizer, _activations) { PrefillChunk = PrefillChunk };
        fork.Restore(_state);
        fork._tokens.AddRange(_tokens);
        return fork;
    }

    /// <summary>A copy of the sequence's state, to come back to with <see cref="Restore"/>; the caller disposes it.</summary>
    public SequenceState Snapshot() => _state.Clone();

    /// <summary>Comes back to a state of this model, of which a copy is taken. The tokens before it are not known any more.</summary>
    public void Restore(SequenceState snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var restored = snapshot.Clone();
        _state.Dispose();
        _state = restored;
        _tokens.Clear();
    }

    /// <summary>Forgets the sequence and keeps its memory.</summary>
    public void Reset()
    {
        _state.Reset();
        _tokens.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _state.Dispose();
        _runner.Dispose();
    }

    // Without the logits, which may stay on their device.
    private void Take(scoped ReadOnlySpan<int> tokens, CancellationToken cancellationToken)
    {
        if (tokens.IsEmpty)
        {
            throw new ArgumentException("at least one token is needed", nameof(tokens));
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(PrefillChunk);
        for (var at = 0; at < tokens.Length; at += PrefillChunk)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var step = tokens.Slice(at, Math.Min(PrefillChunk, tokens.Length - at));
            _runner.Batch.Clear();
            _runner.Batch.Add(step, _state, at + step.Length == tokens.Length ? LogitRows.Last : LogitRows.None);
            _runner.Run();
            _tokens.AddRange(step);
        }
    }

    private IEnumerable<GeneratedToken> Generate(Answer answer, ReadOnlyMemory<int> prompt, CancellationToken cancellationToken)
    {
        Take(prompt.Span, cancellationToken);
        while (!answer.IsEmpty)
        {
            var token = answer.Next(_runner, 0);
            yield return token;
            if (token.Finish is not null)
            {
                yield break;
            }

            cancellationToken.ThrowIfCancellationRequested();
            Take([token.Id], default);
        }
    }
}
