namespace PlamoNative.Bench;

/// <summary>
/// Interpolated Kneser-Ney with three discounts an order (Chen and Goodman, 1999): what a language model without a network reaches on the same text. Below the
/// unigrams lies the uniform distribution, so that every symbol of the vocabulary can follow everything.
/// </summary>
/// <remarks>
/// <c>p(w | c) = max(0, a(cw) - D(a(cw))) / A(c) + (D1 n1 + D2 n2 + D3 n3) / A(c) · p(w | c')</c>, with c' the context without its first symbol,
/// A(c) = Σ a(cw) and n1, n2, n3 the number of w with a = 1, 2, 3 or more. <c>Di = i - (i + 1) Y t(i+1) / t(i)</c>, <c>Y = t1 / (t1 + 2 t2)</c>, with t(i) the number of n-grams
/// of the order whose a is i.
/// </remarks>
internal sealed class KneserNey
{
    private const int Discounts = 3;

    private readonly NGramTrie _trie;
    private readonly int _vocabSize;
    private readonly int _order;
    private readonly double[,] _discounts;
    private readonly double[] _totals;
    private readonly double[] _held;

    /// <summary>Counts and smooths.</summary>
    /// <param name="sequences">What to learn from: symbols below <paramref name="vocabSize"/>.</param>
    /// <param name="vocabSize">V.</param>
    /// <param name="order">Symbols of the longest n-grams, the predicted one among them.</param>
    public KneserNey(IEnumerable<int[]> sequences, int vocabSize, int order)
    {
        (_vocabSize, _order) = (vocabSize, order);
        _trie = new NGramTrie(vocabSize, order);
        foreach (var sequence in sequences)
        {
            _trie.Add(sequence);
        }

        _discounts = EstimateDiscounts();
        (_totals, _held) = (new double[_trie.Count], new double[_trie.Count]);
        for (var node = 1; node < _trie.Count; node++)
        {
            var (parent, count) = (_trie.Parents[node], _trie.Counts[node]);
            _totals[parent] += count;
            _held[parent] += Discount(_trie.Orders[node], count);
        }
    }

    /// <summary>n-grams of all orders.</summary>
    public int Count => _trie.Count - 1;

    /// <summary>Bits of a whole sequence, from its first symbol to its last.</summary>
    public double Bits(ReadOnlySpan<int> sequence)
    {
        var contexts = new int[_order];
        var bits = 0.0;
        for (var i = 0; i < sequence.Length; i++)
        {
            bits -= Math.Log2(Probability(Contexts(sequence[..i], contexts), sequence[i]));
        }

        return bits;
    }

    /// <summary>The probability of a symbol after contexts.</summary>
    /// <param name="contexts">From <see cref="Contexts"/>.</param>
    /// <param name="symbol">Below the vocabulary's size.</param>
    public double Probability(ReadOnlySpan<int> contexts, int symbol)
    {
        var probability = 1.0 / _vocabSize;
        for (var n = 0; n < contexts.Length && _totals[contexts[n]] > 0; n++)
        {
            var context = contexts[n];
            var node = _trie.Find(context, symbol);
            var count = node < 0 ? 0 : _trie.Counts[node];
            var kept = count == 0 ? 0 : count - Discount(n + 1, count);
            probability = (kept + (_held[context] * probability)) / _totals[context];
        }

        return probability;
    }

    /// <summary>The known contexts at the end of a history, shortest (the empty one) first.</summary>
    /// <param name="history">All symbols of the sequence so far: its beginning counts as a symbol.</param>
    /// <param name="contexts">Room for as many as the order.</param>
    public ReadOnlySpan<int> Contexts(ReadOnlySpan<int> history, Span<int> contexts)
    {
        var known = 1;
        contexts[0] = 0;
        for (; known < _order && known <= history.Length + 1; known++)
        {
            var reachesMark = known > history.Length;
            var node = reachesMark ? _trie.MarkNode : 0;
            foreach (var symbol in history[Math.Max(0, history.Length - known)..])
            {
                node = node < 0 ? -1 : _trie.Find(node, symbol);
            }

            if (node < 0)
            {
                break;
            }

            contexts[known] = node;
        }

        return contexts[..known];
    }

    private double Discount(int order, int count) => count == 0 ? 0 : _discounts[order, Math.Min(count, Discounts)];

    private double[,] EstimateDiscounts()
    {
        var times = new double[_order + 1, Discounts + 2];
        for (var node = 1; node < _trie.Count; node++)
        {
            if (_trie.Counts[node] is > 0 and <= Discounts + 1 and var count)
            {
                times[_trie.Orders[node], count]++;
            }
        }

        var discounts = new double[_order + 1, Discounts + 1];
        for (var n = 1; n <= _order; n++)
        {
            var y = times[n, 1] / (times[n, 1] + (2 * times[n, 2]));
            for (var i = 1; i <= Discounts; i++)
            {
                // So little text that a count never occurs says nothing about it: any discount up to the count leaves a distribution.
                var estimate = i - ((i + 1) * y * times[n, i + 1] / times[n, i]);
                discounts[n, i] = double.IsFinite(estimate) ? Math.Clamp(estimate, 0, i) : 0.75;
            }
        }

        return discounts;
    }
}
