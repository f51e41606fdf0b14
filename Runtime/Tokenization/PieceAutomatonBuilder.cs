namespace PlamoNative.Runtime.Tokenization;

/// <summary>Builds a <see cref="PieceAutomaton"/> in time and memory linear in the pieces' total length.</summary>
internal ref struct PieceAutomatonBuilder
{
    private const int RootTableSize = 1 << 16;

    private readonly ReadOnlySpan<string?> _pieces;
    private readonly ReadOnlySpan<int> _costs;
    private readonly TransitionTable _transitions;

    // A node's parent is the suffix without its first code point, which is the node's symbol.
    private readonly List<int> _parents = [0];
    private readonly List<int> _symbols = [0];
    private readonly List<int> _depths = [0];
    private readonly List<int> _tokens = [-1];
    private int _deepest;

    internal PieceAutomatonBuilder(ReadOnlySpan<string?> pieces, ReadOnlySpan<int> costs)
    {
        _pieces = pieces;
        _costs = costs;
        _transitions = new TransitionTable(pieces.Length * 2);
    }

    internal PieceAutomaton Build()
    {
        for (var id = 0; id < _pieces.Length; id++)
        {
            if (_pieces[id] is { } piece)
            {
                _tokens[Insert(piece)] = id;
            }
        }

        var rootChildren = new int[_parents.Count > 1 ? RootTableSize : 0];
        var nodes = new PieceAutomaton.Node[_parents.Count];
        var hasChildren = new bool[nodes.Length];
        for (var node = 1; node < nodes.Length; node++)
        {
            hasChildren[_parents[node]] = true;
            if (_parents[node] == 0 && _symbols[node] < rootChildren.Length)
            {
                rootChildren[_symbols[node]] = node;
            }
        }

        // The longest proper prefix of each node, nodes in order of depth: a prefix is never longer than what it is a prefix of.
        var prefixes = new int[nodes.Length];
        var longest = 0;
        nodes[0].Token = -1;
        foreach (var node in NodesByDepth())
        {
            var parent = _parents[node];
            var prefix = 0;
            if (parent != 0)
            {
                // c + (prefixes of the parent, longest first); among them those that cannot be extended are skipped by the finished links.
                var candidate = Extensible(prefixes[parent], nodes, hasChildren);
                while (true)
                {
                    prefix = _transitions.Find(_symbols[node], candidate);
                    if (prefix != 0 || candidate == 0)
                    {
                        break;
                    }

                    candidate = nodes[candidate].Fail;
                }
            }

            prefixes[node] = prefix;
            var token = _tokens[node];
            nodes[node] = new PieceAutomaton.Node
            {
                Fail = Extensible(prefix, nodes, hasChildren),
                First = hasChildren[node] ? node : Extensible(prefix, nodes, hasChildren),
                NextPiece = _tokens[prefix] >= 0 ? prefix : nodes[prefix].NextPiece,
                Token = token,
                Cost = token < 0 ? 0 : _costs[token],
                Length = nodes[parent].Length + (_symbols[node] > 0xFFFF ? 2 : 1),
            };
            longest = token < 0 ? longest : Math.Max(longest, nodes[node].Length);
        }

        return PieceAutomaton.Create(nodes, _transitions, rootChildren, longest);
    }

    private static int Extensible(int node, PieceAutomaton.Node[] nodes, bool[] hasChildren) => hasChildren[node] ? node : nodes[node].Fail;

    private int Insert(string piece)
    {
        var node = 0;
        for (var end = piece.Length; end > 0;)
        {
            var symbol = PieceAutomaton.ReadBackward(piece, ref end);
            var child = _transitions.Find(symbol, node);
            if (child == 0)
            {
                child = _parents.Count;
                _transitions.Add(symbol, node, child);
                _parents.Add(node);
                _symbols.Add(symbol);
                _tokens.Add(-1);
                _depths.Add(_depths[node] + 1);
                _deepest = Math.Max(_deepest, _depths[child]);
            }

            node = child;
        }

        return node;
    }

    private readonly int[] NodesByDepth()
    {
        var starts = new int[_deepest + 2];
        foreach (var depth in _depths)
        {
            starts[depth + 1]++;
        }

        for (var depth = 0; depth <= _deepest; depth++)
        {
            starts[depth + 1] += starts[depth];
        }

        // The root, alone at depth 0, is left out.
        var order = new int[_depths.Count - 1];
        for (var node = 1; node < _depths.Count; node++)
        {
            order[starts[_depths[node]]++ - 1] = node;
        }

        return order;
    }
}
