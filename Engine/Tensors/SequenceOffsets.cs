namespace PlamoNative.Engine;

/// <summary>
/// Borders of the sequences in a ragged batch (the field's <c>cu_seqlens</c>): sequence s is the run of tokens <c>[this[s], this[s + 1])</c>.
/// Packed training documents and requests served together are the same thing.
/// </summary>
public sealed class SequenceOffsets
{
    private readonly int[] _offsets;

    /// <summary>Takes the borders: 0 first, never falling, the token count last.</summary>
    /// <exception cref="ArgumentException">There is no border, the first is not 0, or one falls.</exception>
    public SequenceOffsets(params ReadOnlySpan<int> offsets)
    {
        if (offsets.Length == 0 || offsets[0] != 0)
        {
            throw new ArgumentException("sequence offsets begin with 0", nameof(offsets));
        }

        for (var i = 1; i < offsets.Length; i++)
        {
            if (offsets[i] < offsets[i - 1])
            {
                throw new ArgumentException($"sequence offset {i} is {offsets[i]}, below its predecessor {offsets[i - 1]}", nameof(offsets));
            }

            MaxSequenceLength = Math.Max(MaxSequenceLength, offsets[i] - offsets[i - 1]);
        }

        _offsets = offsets.ToArray();
    }

    /// <summary>Number of sequences.</summary>
    public int Count => _offsets.Length - 1;

    /// <summary>Tokens of all sequences.</summary>
    public int TokenCount => _offsets[^1];

    /// <summary>Tokens of the longest sequence.</summary>
    public int MaxSequenceLength { get; }

    /// <summary>All borders, <see cref="Count"/> + 1 of them.</summary>
    public ReadOnlySpan<int> Span => _offsets;

    /// <summary>A border; <c>this[s]</c> is the first token of sequence s.</summary>
    public int this[int index] => _offsets[index];

    /// <summary>One sequence of <paramref name="tokenCount"/> tokens.</summary>
    public static SequenceOffsets Single(int tokenCount) => new(0, tokenCount);

    /// <summary><paramref name="count"/> sequences of one token each: a decode step.</summary>
    public static SequenceOffsets OneTokenEach(int count)
    {
        var offsets = new int[count + 1];
        for (var i = 0; i <= count; i++)
        {
            offsets[i] = i;
        }

        return new SequenceOffsets(offsets);
    }

    /// <summary>Tokens of sequence <paramref name="sequence"/>.</summary>
    public int Length(int sequence) => _offsets[sequence + 1] - _offsets[sequence];
}
