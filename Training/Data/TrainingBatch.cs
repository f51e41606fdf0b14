using System.Runtime.InteropServices;
using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Training.Data;

/// <summary>
/// A packed micro-batch: tokens of several sequences, one after the other, and for each the token to predict. Filled anew for every micro-batch; its memory
/// is kept.
/// </summary>
public sealed class TrainingBatch
{
    private readonly List<int> _tokens = [];
    private readonly List<int> _targets = [];
    private readonly List<int> _borders = [0];

    /// <summary>T tokens of all sequences.</summary>
    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(_tokens);

    /// <summary>T tokens to predict, <see cref="LinearCrossEntropy.NoTarget"/> where there is none.</summary>
    public ReadOnlySpan<int> Targets => CollectionsMarshal.AsSpan(_targets);

    /// <summary>Borders of the sequences, one more than there are sequences.</summary>
    public ReadOnlySpan<int> SequenceOffsets => CollectionsMarshal.AsSpan(_borders);

    /// <summary>Sequences.</summary>
    public int SequenceCount => _borders.Count - 1;

    /// <summary>Tokens that have a target.</summary>
    public int TargetCount { get; private set; }

    /// <summary>Empties the batch.</summary>
    public void Clear()
    {
        _tokens.Clear();
        _targets.Clear();
        _borders.RemoveRange(1, _borders.Count - 1);
        TargetCount = 0;
    }

    /// <summary>Appends a sequence.</summary>
    /// <param name="tokens">At least one token.</param>
    /// <param name="targets">As many: the token to predict at each place, or <see cref="LinearCrossEntropy.NoTarget"/>.</param>
    /// <exception cref="ArgumentException">No tokens, or another number of targets.</exception>
    public void Add(ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets)
    {
        if (tokens.IsEmpty || tokens.Length != targets.Length)
        {
            throw new ArgumentException($"a sequence has at least one token and as many targets: found {tokens.Length} tokens and {targets.Length} targets", nameof(tokens));
        }

        _tokens.AddRange(tokens);
        _targets.AddRange(targets);
        _borders.Add(_tokens.Count);
        foreach (var target in targets)
        {
            TargetCount += target == LinearCrossEntropy.NoTarget ? 0 : 1;
        }
    }
}
