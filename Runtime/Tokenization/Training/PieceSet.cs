namespace PlamoNative.Runtime.Tokenization.Training;

/// <summary>The pieces in play with their scores (natural logarithms of probabilities) and the automaton that finds them.</summary>
internal sealed class PieceSet
{
    internal PieceSet(string[] texts, bool[] isRequired, double[] scores)
    {
        Texts = texts;
        IsRequired = isRequired;
        Scores = scores;
        Automaton = PieceAutomaton.Build(texts, Costs(scores));
    }

    internal string[] Texts { get; }

    /// <summary>Single characters: without them some sentence would have no segmentation, so they are never removed.</summary>
    internal bool[] IsRequired { get; }

    internal double[] Scores { get; }

    internal PieceAutomaton Automaton { get; }

    internal int Count => Texts.Length;

    /// <summary>Sets the scores from counts of any kind: each piece's share of their sum.</summary>
    internal void SetScores(ReadOnlySpan<double> counts)
    {
        var total = 0.0;
        foreach (var count in counts)
        {
            total += count;
        }

        var logTotal = Math.Log(total);
        for (var piece = 0; piece < counts.Length; piece++)
        {
            Scores[piece] = Math.Log(counts[piece]) - logTotal;
        }

        Automaton.SetCosts(Costs(Scores));
    }

    /// <summary>A smaller set: the pieces at these indices, in this order, with their scores.</summary>
    internal PieceSet Take(ReadOnlySpan<int> indices)
    {
        var texts = new string[indices.Length];
        var isRequired = new bool[indices.Length];
        var scores = new double[indices.Length];
        for (var i = 0; i < indices.Length; i++)
        {
            (texts[i], isRequired[i], scores[i]) = (Texts[indices[i]], IsRequired[indices[i]], Scores[indices[i]]);
        }

        return new PieceSet(texts, isRequired, scores);
    }

    private static int[] Costs(double[] scores) => Array.ConvertAll(scores, UnigramLattice.CostOf);
}
