namespace PlamoNative.Runtime.Sampling;

/// <summary>
/// The tokens that may still be drawn. It begins as all of a row of logits; steps change logits while it is whole, then cut it down to its best ones, best
/// first, the lower id first among equals. Its memory is used again for every token.
/// </summary>
/// <param name="vocabulary">Logits of a row.</param>
internal sealed class Candidates(int vocabulary)
{
    private const int FirstTop = 64;
    private const int Growth = 8;

    private readonly float[] _logits = new float[vocabulary];
    private float[] _topLogits = [];
    private int[] _topIds = [];
    private int _top;

    /// <summary>Tokens that may be drawn.</summary>
    public int Count { get; private set; }

    /// <summary>True until something was cut off.</summary>
    public bool IsWhole => Count == _logits.Length;

    /// <summary>The logits by id; steps that change them come before steps that cut.</summary>
    public Span<float> Logits => _logits;

    /// <summary>Begins with a row of logits.</summary>
    public void Reset(ReadOnlySpan<float> logits)
    {
        logits.CopyTo(_logits);
        Count = _logits.Length;
        _top = 0;
    }

    /// <summary>Begins with the best of a row on a device, as if the whole row had been divided by the temperature and cut; <see cref="Logits"/> hold nothing.</summary>
    public void ResetToBest(ILogitRows logits, int row, float temperature, int count)
    {
        Reserve(count);
        _top = logits.TopK(row, temperature, _topLogits.AsSpan(0, count), _topIds.AsSpan(0, count));
        Count = _top > 0 ? _top : throw new ArgumentException($"none of the {_logits.Length} logits is a number");
    }

    /// <summary>The best candidates, at least <paramref name="count"/> of them or all: ids, best first.</summary>
    public ReadOnlySpan<int> Ids(int count)
    {
        Sort(count);
        return _topIds.AsSpan(0, Math.Min(_top, Count));
    }

    /// <summary>The best candidates, at least <paramref name="count"/> of them or all: logits, falling.</summary>
    public ReadOnlySpan<float> TopLogits(int count)
    {
        Sort(count);
        return _topLogits.AsSpan(0, Math.Min(_top, Count));
    }

    /// <summary>Cuts all but the best <paramref name="count"/>, at least one.</summary>
    public void Keep(int count)
    {
        count = Math.Max(1, count);
        if (count < Count)
        {
            Sort(count);
            Count = Math.Min(count, _top);
        }
    }

    /// <summary>The number of best candidates for which <paramref name="belongs"/> holds, asked from the best one down until it does not.</summary>
    internal int CountWhile(Func<float, bool> belongs)
    {
        var length = 0;
        for (var wanted = FirstTop; ; wanted = checked(wanted * Growth))
        {
            var logits = TopLogits(Math.Min(wanted, Count));
            while (length < logits.Length)
            {
                if (!belongs(logits[length]))
                {
                    return length;
                }

                length++;
            }

            if (length >= Count || wanted >= Count)
            {
                return length;
            }
        }
    }

    private void Sort(int count)
    {
        count = Math.Min(count, Count);
        if (count <= _top)
        {
            return;
        }

        // Sorting a few more than asked for spares the next call.
        count = Math.Min(Count, Math.Max(count, FirstTop));
        Reserve(count);
        _top = Kernels.Logits.TopK(_logits, _topLogits.AsSpan(0, count), _topIds.AsSpan(0, count));
        if (_top < count)
        {
            // What is no number is never drawn.
            Count = _top > 0 ? _top : throw new ArgumentException($"none of the {_logits.Length} logits is a number");
        }
    }

    private void Reserve(int count)
    {
        if (_topIds.Length < count)
        {
            _topIds = new int[count];
            _topLogits = new float[count];
        }
    }
}
