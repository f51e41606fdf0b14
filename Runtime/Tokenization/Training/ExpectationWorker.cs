namespace PlamoNative.Runtime.Tokenization.Training;

/// <summary>
/// How often each piece is expected under all segmentations of a sentence, weighted by their probabilities. From the end:
/// <c>beta[i] = log sum over pieces at i of exp(score + beta[i + length])</c>, and each piece's share of that sum is its probability given a border at i.
/// From the start: the probability of a border at i times that share is the piece's expected count there. Counts are fixed-point integers.
/// </summary>
internal sealed class ExpectationWorker(PieceSet pieces, long[] counters) : CorpusPass.ISentenceWorker
{
    /// <summary>Units of one count. A corpus of 2^39 pieces still fits into a counter.</summary>
    internal const double One = 1 << 24;

    private double[] _beta = new double[256];
    private double[] _border = new double[256];
    private int[] _firstEdge = new int[256];
    private Edge[] _edges = new Edge[1024];

    /// <summary>The counter behind the pieces' own holds minus the log-likelihood in units of 2^-24 nats.</summary>
    internal static int CounterCount(PieceSet pieces) => pieces.Count + 1;

    public void Take(ReadOnlySpan<char> sentence, long count)
    {
        if (_beta.Length <= sentence.Length)
        {
            var size = Math.Max(sentence.Length + 1, _beta.Length * 2);
            (_beta, _border, _firstEdge) = (new double[size], new double[size], new int[size]);
        }

        WalkBackward(sentence);
        counters[^1] -= (long)Math.Round(_beta[0] * count * One);
        WalkForward(sentence, count * One);
    }

    private void WalkBackward(ReadOnlySpan<char> sentence)
    {
        var automaton = pieces.Automaton;
        var nodes = automaton.Nodes;
        var scores = pieces.Scores;
        var state = 0;
        var edgeCount = 0;
        _beta[sentence.Length] = 0;
        _border.AsSpan(0, sentence.Length + 1).Clear();
        _firstEdge.AsSpan(0, sentence.Length + 1).Fill(-1);
        for (var position = sentence.Length; position > 0;)
        {
            state = automaton.Next(state, PieceAutomaton.ReadBackward(sentence, ref position));
            if (_edges.Length - edgeCount <= sentence.Length)
            {
                Array.Resize(ref _edges, (_edges.Length * 2) + sentence.Length);
            }

            var first = edgeCount;
            var largest = double.NegativeInfinity;
            for (var node = automaton.FirstPiece(state); node != 0; node = nodes[node].NextPiece)
            {
                var value = scores[nodes[node].Token] + _beta[position + nodes[node].Length];
                largest = Math.Max(largest, value);
                _edges[edgeCount++] = new Edge { Token = nodes[node].Token, Length = nodes[node].Length, Share = value };
            }

            var sum = 0.0;
            foreach (ref var edge in _edges.AsSpan(first, edgeCount - first))
            {
                edge.Share = Math.Exp(edge.Share - largest);
                sum += edge.Share;
            }

            foreach (ref var edge in _edges.AsSpan(first, edgeCount - first))
            {
                edge.Share /= sum;
            }

            _beta[position] = largest + Math.Log(sum);
            _firstEdge[position] = first;
        }

        _firstEdge[sentence.Length] = edgeCount;
    }

    private void WalkForward(ReadOnlySpan<char> sentence, double weight)
    {
        _border[0] = 1;

        // Edges were written from the end of the sentence: those of a position end where the ones of the position before it begin.
        var end = _firstEdge[sentence.Length];
        for (var position = 0; position < sentence.Length; position++)
        {
            var first = _firstEdge[position];
            if (first < 0)
            {
                continue;
            }

            foreach (ref readonly var edge in _edges.AsSpan(first, end - first))
            {
                var probability = _border[position] * edge.Share;
                _border[position + edge.Length] += probability;
                counters[edge.Token] += (long)Math.Round(probability * weight);
            }

            end = first;
        }
    }

    private struct Edge
    {
        internal int Token;
        internal int Length;
        internal double Share;
    }
}
