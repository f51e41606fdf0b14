using System.Runtime.CompilerServices;
using System.Text;

namespace PlamoNative.Runtime.Tokenization;

/// <summary>
/// Finds, at every position of a text read from its end to its start, all pieces that begin there. It is the table of the PLaMo tokenizer: a state is the
/// longest suffix of any piece that begins at the position; the pieces that begin there are the state's prefixes. The published form lists a state's prefixes
/// in rows side by side, whose number a hostile vocabulary can make quadratic; here every state links to its longest prefix that is a piece (the next row
/// with a valid score) and to its longest prefix that can be extended (the next row whose lookup can succeed), so that memory is linear in the vocabulary's
/// text. What is visited, and in which order, is the same.
/// </summary>
internal sealed class PieceAutomaton
{
    private readonly Node[] _nodes;
    private readonly TransitionTable _transitions;
    private readonly int[] _rootChildren;

    private PieceAutomaton(Node[] nodes, TransitionTable transitions, int[] rootChildren, int longestPiece)
    {
        _nodes = nodes;
        _transitions = transitions;
        _rootChildren = rootChildren;
        LongestPiece = longestPiece;
    }

    /// <summary>The length in UTF-16 units of the longest piece; 0 when there is none.</summary>
    internal int LongestPiece { get; }

    /// <summary>The states; 0 is the empty suffix.</summary>
    internal Node[] Nodes => _nodes;

    /// <summary>Builds the automaton.</summary>
    /// <param name="pieces">Distinct, well-formed, non-empty texts; null entries take no part.</param>
    /// <param name="costs">The cost of each piece, by the same index, which is the token's id.</param>
    internal static PieceAutomaton Build(ReadOnlySpan<string?> pieces, ReadOnlySpan<int> costs) => new PieceAutomatonBuilder(pieces, costs).Build();

    internal static PieceAutomaton Create(Node[] nodes, TransitionTable transitions, int[] rootChildren, int longestPiece) =>
        new(nodes, transitions, rootChildren, longestPiece);

    /// <summary>Gives the pieces new costs, by the same ids; only for an automaton that nobody else uses meanwhile.</summary>
    internal void SetCosts(ReadOnlySpan<int> costs)
    {
        foreach (ref var node in _nodes.AsSpan())
        {
            if (node.Token >= 0)
            {
                node.Cost = costs[node.Token];
            }
        }
    }

    /// <summary>The state after one more code point on the left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Next(int state, int codePoint)
    {
        state = _nodes[state].First;
        while (state != 0)
        {
            var next = _transitions.Find(codePoint, state);
            if (next != 0)
            {
                return next;
            }

            state = _nodes[state].Fail;
        }

        // Most walks end at the empty suffix, so its children need no hashing.
        return (uint)codePoint < (uint)_rootChildren.Length ? _rootChildren[codePoint] : _transitions.Find(codePoint, 0);
    }

    /// <summary>The longest piece that begins at the position, as a node, or 0; go on with <see cref="Node.NextPiece"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int FirstPiece(int state) => _nodes[state].Token >= 0 ? state : _nodes[state].NextPiece;

    /// <summary>Reads the code point that ends before <paramref name="end"/> in well-formed text and moves <paramref name="end"/> to its start.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int ReadBackward(ReadOnlySpan<char> text, ref int end)
    {
        int unit = text[--end];
        return char.IsLowSurrogate((char)unit) ? new Rune(text[--end], (char)unit).Value : unit;
    }

    /// <summary>A suffix of some piece.</summary>
    internal struct Node
    {
        /// <summary>Where the lookup of the next code point starts: the node itself if it can be extended, else <see cref="Fail"/>.</summary>
        internal int First;

        /// <summary>The longest proper prefix that is a node and can be extended; 0 for the empty suffix.</summary>
        internal int Fail;

        /// <summary>The longest proper prefix that is a piece, or 0.</summary>
        internal int NextPiece;

        /// <summary>The token's id, or -1 when the suffix is no piece.</summary>
        internal int Token;

        /// <summary>The piece's cost.</summary>
        internal int Cost;

        /// <summary>The length in UTF-16 units.</summary>
        internal int Length;
    }
}
