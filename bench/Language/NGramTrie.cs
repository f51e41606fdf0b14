using System.Runtime.InteropServices;

namespace PlamoNative.Bench;

/// <summary>
/// All n-grams of some sequences up to an order, without collisions: a node is an n-gram, its parent the n-gram without its last symbol. Every sequence begins
/// with a mark that is never predicted.
/// </summary>
internal sealed class NGramTrie
{
    private readonly Dictionary<ulong, int> _children = [];
    private readonly List<int> _parents = [-1];
    private readonly List<int> _orders = [0];
    private readonly List<int> _counts = [0];
    private readonly int _order;

    /// <summary>Prepares an empty trie.</summary>
    /// <param name="vocabSize">Symbols are below it.</param>
    /// <param name="order">Symbols of the longest n-grams.</param>
    public NGramTrie(int vocabSize, int order)
    {
        (Mark, _order) = (vocabSize, order);
        MarkNode = Child(0, Mark, out _);
    }

    /// <summary>The symbol in front of every sequence.</summary>
    public int Mark { get; }

    /// <summary>The node of the mark alone: a context, never a prediction.</summary>
    public int MarkNode { get; }

    /// <summary>Nodes, the empty n-gram (0) among them.</summary>
    public int Count => _parents.Count;

    /// <summary>The node without the last symbol.</summary>
    public ReadOnlySpan<int> Parents => CollectionsMarshal.AsSpan(_parents);

    /// <summary>Symbols of each node's n-gram.</summary>
    public ReadOnlySpan<int> Orders => CollectionsMarshal.AsSpan(_orders);

    /// <summary>
    /// What Kneser and Ney count: of the longest n-grams, and of those that begin with the mark, how often they occur; of all others how many different symbols
    /// stand before them.
    /// </summary>
    public ReadOnlySpan<int> Counts => CollectionsMarshal.AsSpan(_counts);

    /// <summary>Counts a sequence.</summary>
    public void Add(ReadOnlySpan<int> sequence)
    {
        // Nodes of the n-grams that end at the previous symbol and at this one, by their length.
        var previous = new int[_order + 1];
        var current = new int[_order + 1];
        (previous[1], var known) = (MarkNode, 1);
        foreach (var symbol in sequence)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)symbol, (uint)Mark, nameof(sequence));
            var longest = Math.Min(known + 1, _order);
            for (var n = 1; n <= longest; n++)
            {
                current[n] = Child(n == 1 ? 0 : previous[n - 1], symbol, out var isNew);
                var beginsWithMark = n == known + 1;
                if (n == _order || beginsWithMark)
                {
                    _counts[current[n]]++;
                }

                if (isNew && n > 1)
                {
                    _counts[current[n - 1]]++;
                }
            }

            (previous, current, known) = (current, previous, longest);
        }
    }

    /// <summary>The node that continues another with a symbol, or -1.</summary>
    public int Find(int node, int symbol) => _children.TryGetValue(Key(node, symbol), out var child) ? child : -1;

    private int Child(int node, int symbol, out bool isNew)
    {
        ref var child = ref CollectionsMarshal.GetValueRefOrAddDefault(_children, Key(node, symbol), out var exists);
        isNew = !exists;
        if (isNew)
        {
            child = _parents.Count;
            _parents.Add(node);
            _orders.Add(_orders[node] + 1);
            _counts.Add(0);
        }

        return child;
    }

    private static ulong Key(int node, int symbol) => ((ulong)(uint)node << 32) | (uint)symbol;
}
