namespace PlamoNative.Runtime.Tokenization.Training;

/// <summary>
/// Removes the pieces whose loss is smallest. Removing a piece makes each of its uses cost what the best segmentation of its own text by other pieces costs;
/// the loss is that difference times the number of uses. All quantities are integers.
/// </summary>
internal static class Pruning
{
    private const int BlockSize = 1024;

    internal static PieceSet Prune(PieceSet pieces, long[] uses, int keep, int threads, CancellationToken cancellation)
    {
        var losses = new Int128[pieces.Count];
        var blocks = (pieces.Count + BlockSize - 1) / BlockSize;
        Parallel.For(0, blocks, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, block =>
        {
            var costs = new long[1024];
            for (var piece = block * BlockSize; piece < Math.Min((block + 1) * BlockSize, pieces.Count); piece++)
            {
                losses[piece] = pieces.IsRequired[piece] ? Int128.MaxValue
                    : uses[piece] == 0 ? Int128.Zero
                    : (Int128)uses[piece] * (CostWithout(pieces, piece, ref costs) - UnigramLattice.CostOf(pieces.Scores[piece]));
            }
        });

        var order = Enumerable.Range(0, pieces.Count).ToArray();
        Array.Sort(order, (a, b) => losses[b] != losses[a] ? losses[b].CompareTo(losses[a]) : a.CompareTo(b));
        var kept = order.AsSpan(0, keep);

        // In the old order, which is the seeds' order: it breaks later ties.
        kept.Sort();
        return pieces.Take(kept);
    }

    /// <summary>The least cost of a piece's text without the piece itself.</summary>
    private static long CostWithout(PieceSet pieces, int piece, ref long[] costs)
    {
        var text = pieces.Texts[piece].AsSpan();
        if (costs.Length <= text.Length)
        {
            costs = new long[text.Length + 1];
        }

        var nodes = pieces.Automaton.Nodes;
        var state = 0;
        costs[text.Length] = 0;
        for (var position = text.Length; position > 0;)
        {
            state = pieces.Automaton.Next(state, PieceAutomaton.ReadBackward(text, ref position));
            var best = long.MaxValue;
            for (var node = pieces.Automaton.FirstPiece(state); node != 0; node = nodes[node].NextPiece)
            {
                if (nodes[node].Token != piece)
                {
                    best = Math.Min(best, costs[position + nodes[node].Length] + nodes[node].Cost);
                }
            }

            costs[position] = best;
        }

        return costs[0];
    }
}
