using System.Runtime.InteropServices;
using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Runtime.Caches;

namespace PlamoNative.Runtime.Models;

/// <summary>
/// A ragged batch: runs of tokens of several sequences, each with its state or all without. It is cleared and filled again for every step, so that steady
/// decoding allocates nothing. Not safe for concurrent use.
/// </summary>
public sealed class ForwardBatch
{
    private readonly List<int> _tokens = [];
    private readonly List<long> _positions = [];
    private readonly List<int> _borders = [0];
    private readonly List<int> _rows = [];
    private readonly List<SequenceState> _states = [];
    private KvCache[] _kv = [];
    private ConvState[] _conv = [];
    private SsmState[] _ssm = [];
    private SequenceOffsets? _offsets;

    /// <summary>Sequences.</summary>
    public int SequenceCount => _borders.Count - 1;

    /// <summary>Tokens of all sequences.</summary>
    public int TokenCount => _tokens.Count;

    /// <summary>Tokens of all sequences, one after the other.</summary>
    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(_tokens);

    /// <summary>The tokens that logits are wanted for, rising; row i of the logits belongs to token <c>LogitTokens[i]</c>.</summary>
    public ReadOnlySpan<int> LogitTokens => CollectionsMarshal.AsSpan(_rows);

    /// <summary>Each token's position in its sequence.</summary>
    internal ReadOnlySpan<long> Positions => CollectionsMarshal.AsSpan(_positions);

    /// <summary>The states, one a sequence, or none.</summary>
    internal ReadOnlySpan<SequenceState> States => CollectionsMarshal.AsSpan(_states);

    /// <summary>Borders of the sequences.</summary>
    internal SequenceOffsets Offsets
    {
        get
        {
            var borders = CollectionsMarshal.AsSpan(_borders);
            if (_offsets is null || !_offsets.Span.SequenceEqual(borders))
            {
                _offsets = new SequenceOffsets(borders);
            }

            return _offsets;
        }
    }

    /// <summary>A batch of whole sequences without states, one after the other, with logits for every token.</summary>
    /// <param name="tokens">Tokens of all sequences.</param>
    /// <param name="offsets">Borders of the sequences.</param>
    public static ForwardBatch Packed(ReadOnlySpan<int> tokens, SequenceOffsets offsets)
    {
        ArgumentNullException.ThrowIfNull(offsets);
        ArgumentOutOfRangeException.ThrowIfNotEqual(tokens.Length, offsets.TokenCount);
        var batch = new ForwardBatch();
        for (var i = 0; i < offsets.Count; i++)
        {
            batch.Add(tokens.Slice(offsets[i], offsets.Length(i)), state: null, LogitRows.All);
        }

        return batch;
    }

    /// <summary>Empties the batch and keeps its memory.</summary>
    public void Clear()
    {
        _tokens.Clear();
        _positions.Clear();
        _borders.RemoveRange(1, _borders.Count - 1);
        _rows.Clear();
        _states.Clear();
    }

    /// <summary>Appends the next tokens of a sequence.</summary>
    /// <param name="tokens">At least one token.</param>
    /// <param name="state">The sequence's state, which the forward pass advances; null: the sequence begins and nothing is kept. All or none have one.</param>
    /// <param name="logits">For which of the tokens logits are wanted.</param>
    /// <exception cref="ArgumentException">No tokens, a state beside sequences without, or a state that is in the batch already.</exception>
    /// <exception cref="InvalidOperationException">The last pass of the state threw.</exception>
    public void Add(ReadOnlySpan<int> tokens, SequenceState? state, LogitRows logits)
    {
        if (tokens.IsEmpty)
        {
            throw new ArgumentException("a sequence of a batch has at least one token", nameof(tokens));
        }

        if (SequenceCount > 0 && (state is null) != (_states.Count == 0))
        {
            throw new ArgumentException("either every sequence of a batch has a state, or none", nameof(state));
        }

        if (state is not null && _states.Contains(state))
        {
            throw new ArgumentException("a state belongs to one sequence of a batch", nameof(state));
        }

        if (state is not null)
        {
            _states.Add(state.IsBroken
                ? throw new InvalidOperationException("the last pass of this sequence failed halfway: reset it, or restore a snapshot, before it goes on")
                : state);
        }

        var first = _tokens.Count;
        var position = state?.Position ?? 0;
        _tokens.AddRange(tokens);
        for (var i = 0; i < tokens.Length; i++)
        {
            _positions.Add(position + i);
            if (logits == LogitRows.All || (logits == LogitRows.Last && i == tokens.Length - 1))
            {
                _rows.Add(first + i);
            }
        }

        _borders.Add(_tokens.Count);
    }

    /// <summary>The caches of an attention layer; the span is valid until the next call of this method.</summary>
    internal ReadOnlySpan<KvCache> KvCachesOf(int layer)
    {
        Grow(ref _kv);
        for (var i = 0; i < _states.Count; i++)
        {
            _kv[i] = _states[i].KvCaches[layer];
        }

        return _kv.AsSpan(0, _states.Count);
    }

    /// <summary>The convolution states of a Mamba layer; the span is valid until the next call of this method.</summary>
    internal ReadOnlySpan<ConvState> ConvStatesOf(int layer)
    {
        Grow(ref _conv);
        for (var i = 0; i < _states.Count; i++)
        {
            _conv[i] = _states[i].ConvStates[layer];
        }

        return _conv.AsSpan(0, _states.Count);
    }

    /// <summary>The scan states of a Mamba layer; the span is valid until the next call of this method.</summary>
    internal ReadOnlySpan<SsmState> SsmStatesOf(int layer)
    {
        Grow(ref _ssm);
        for (var i = 0; i < _states.Count; i++)
        {
            _ssm[i] = _states[i].SsmStates[layer];
        }

        return _ssm.AsSpan(0, _states.Count);
    }

    /// <summary>Notes that a pass begins to change the states.</summary>
    /// <exception cref="InvalidOperationException">A state has moved on since it was added: the batch ran before, or another one with the same state.</exception>
    internal void BeginPass()
    {
        for (var i = 0; i < _states.Count; i++)
        {
            if (_states[i].Position != _positions[_borders[i]])
            {
                throw new InvalidOperationException($"sequence {i} of the batch stands at {_states[i].Position}, its tokens were added at {_positions[_borders[i]]}: clear and fill the batch for every pass");
            }
        }

        foreach (var state in _states)
        {
            state.BeginPass();
        }
    }

    /// <summary>Moves every state past its tokens, once the pass is done.</summary>
    internal void Advance()
    {
        for (var i = 0; i < _states.Count; i++)
        {
            _states[i].Advance(_borders[i + 1] - _borders[i]);
        }
    }

    private void Grow<T>(ref T[] array)
    {
        if (array.Length < _states.Count)
        {
            Array.Resize(ref array, Math.Max(_states.Count, 2 * array.Length));
        }
    }
}
