namespace PlamoNative.Kernels;

/// <summary>
/// The best entries seen so far, in memory of the caller, as a heap whose root is the worst of them. Better is: larger, or equal with a lower index.
/// Entries are offered with rising indices.
/// </summary>
internal ref struct TopHeap(Span<float> values, Span<int> indices)
{
    private readonly Span<float> _values = values;
    private readonly Span<int> _indices = indices;

    /// <summary>Entries kept.</summary>
    public int Count { get; private set; }

    /// <summary>True when a new entry must beat the root.</summary>
    public readonly bool IsFull => Count == _values.Length;

    /// <summary>The root's value.</summary>
    public readonly float Smallest => _values[0];

    /// <summary>Takes an entry if it is among the best; NaNs never are.</summary>
    public void Offer(float value, int index)
    {
        if (float.IsNaN(value))
        {
            return;
        }

        if (!IsFull)
        {
            var hole = Count++;
            for (; hole > 0 && IsWorse(value, index, (hole - 1) / 2); hole = (hole - 1) / 2)
            {
                Move((hole - 1) / 2, hole);
            }

            (_values[hole], _indices[hole]) = (value, index);
        }
        else if (value > _values[0])
        {
            Sink(value, index, Count);
        }
    }

    /// <summary>Orders the entries best first; no entry may be offered after it.</summary>
    public readonly void Sort()
    {
        for (var last = Count - 1; last > 0; last--)
        {
            var (value, index) = (_values[last], _indices[last]);
            Move(0, last);
            Sink(value, index, last);
        }
    }

    /// <summary>Puts an entry in the root's place and lets it sink among the first <paramref name="count"/>.</summary>
    private readonly void Sink(float value, int index, int count)
    {
        var hole = 0;
        while (true)
        {
            var child = (2 * hole) + 1;
            if (child >= count)
            {
                break;
            }

            if (child + 1 < count && IsWorse(_values[child + 1], _indices[child + 1], child))
            {
                child++;
            }

            if (IsWorse(value, index, child))
            {
                break;
            }

            Move(child, hole);
            hole = child;
        }

        (_values[hole], _indices[hole]) = (value, index);
    }

    private readonly void Move(int from, int to) => (_values[to], _indices[to]) = (_values[from], _indices[from]);

    private readonly bool IsWorse(float value, int index, int than) => value < _values[than] || (value == _values[than] && index > _indices[than]);
}
