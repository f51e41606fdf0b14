using System.Buffers;
using System.Numerics;

namespace PlamoNative.Runtime.Tokenization;

/// <summary>
/// The segmentation of least total cost, in one pass from the end of the text to its start: <c>cost[i] = min over pieces (and the unknown path) that begin at i
/// of cost[i + length] + price</c>. Longer pieces propose first and only a strictly smaller sum replaces, so the longest piece wins ties. All sums are 64-bit
/// integers: results do not depend on the machine.
/// </summary>
internal static class UnigramLattice
{
    /// <summary>What one code point without a piece costs; its UTF-8 bytes are then spelled with byte tokens.</summary>
    internal const int UnknownCost = 10_000_000;

    /// <summary>Pieces at this cost or above are never used.</summary>
    internal const int InvalidCost = 20_000_000;

    /// <summary>In a path: this code point has no piece.</summary>
    internal const int UnknownStep = -1;

    private const int RingOnStack = 512;

    /// <summary>The cost of a score: ten-thousandths of a nat, halves to even as the reference rounds.</summary>
    internal static int CostOf(double score) => (int)-Math.Round(score * 1e4, MidpointRounding.ToEven);

    /// <summary>Fills the best path.</summary>
    /// <param name="automaton">The pieces.</param>
    /// <param name="text">Well-formed UTF-16.</param>
    /// <param name="path">One entry a UTF-16 unit: where a code point begins, the token that the best path from there starts with, or <see cref="UnknownStep"/>. Other entries stay.</param>
    internal static void Solve(PieceAutomaton automaton, ReadOnlySpan<char> text, Span<int> path)
    {
        // Only the costs of the next LongestPiece positions are ever read, so a ring of them stays in the first-level cache whatever the text's length.
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(automaton.LongestPiece, 2) + 1);
        long[]? rented = null;
        var ring = size <= RingOnStack ? stackalloc long[RingOnStack] : (rented = ArrayPool<long>.Shared.Rent(size));
        try
        {
            Solve(automaton, text, path, ring[..size]);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<long>.Shared.Return(rented);
            }
        }
    }

    private static void Solve(PieceAutomaton automaton, ReadOnlySpan<char> text, Span<int> path, Span<long> ring)
    {
        var nodes = automaton.Nodes;
        var mask = ring.Length - 1;
        var state = 0;
        ring[text.Length & mask] = 0;
        for (var position = text.Length; position > 0;)
        {
            var after = position;
            var codePoint = PieceAutomaton.ReadBackward(text, ref position);
            state = automaton.Next(state, codePoint);
            var best = long.MaxValue;
            var step = UnknownStep;
            for (var piece = automaton.FirstPiece(state); piece != 0; piece = nodes[piece].NextPiece)
            {
                ref readonly var node = ref nodes[piece];
                var cost = ring[(position + node.Length) & mask] + node.Cost;
                if (cost < best && node.Cost < InvalidCost)
                {
                    best = cost;
                    step = node.Token;
                }
            }

            var unknown = ring[after & mask] + UnknownCost;
            if (unknown < best)
            {
                best = unknown;
                step = UnknownStep;
            }

            ring[position & mask] = best;
            path[position] = step;
        }
    }
}
