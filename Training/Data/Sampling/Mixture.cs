using PlamoNative.Engine;

namespace PlamoNative.Training.Data;

/// <summary>
/// Chooses which corpus the next piece comes from: the one that is furthest behind its share, which is the smallest of (tokens drawn in this phase / weight), the
/// first of them when several are equal. Shares are kept to within a piece at any moment, not only on average.
/// </summary>
internal sealed class Mixture
{
    private readonly MixturePhase[] _phases;
    private readonly double[] _served;
    private int _phase;

    /// <param name="phases">At least one.</param>
    /// <param name="corpora">How many corpora there are.</param>
    /// <exception cref="ConfigurationException">Weights are missing, negative or all zero, or phases do not follow one another.</exception>
    internal Mixture(IReadOnlyList<MixturePhase> phases, int corpora)
    {
        _phases = [.. phases];
        _served = new double[corpora];
        var before = 0L;
        for (var i = 0; i < _phases.Length; i++)
        {
            var (until, weights) = _phases[i];
            Require(weights.Count == corpora, i, "weights", $"{corpora}, one for each corpus", $"{weights.Count}");
            Require(weights.All(weight => weight >= 0 && double.IsFinite(weight)) && weights.Any(weight => weight > 0), i, "weights", "numbers from 0, one of them above", string.Join(", ", weights));
            Require(i == _phases.Length - 1 || until > before, i, "until", $"more than {before} tokens", $"{until}");
            before = until;
        }
    }

    /// <summary>Copies what has been served, for <see cref="Restore"/>.</summary>
    internal void Save(Span<double> served) => _served.CopyTo(served);

    /// <summary>Goes back to what was saved when so many tokens were drawn.</summary>
    internal void Restore(ReadOnlySpan<double> served, long drawnTokens)
    {
        served.CopyTo(_served);
        _phase = 0;
        while (_phase < _phases.Length - 1 && drawnTokens >= _phases[_phase].UntilTokens)
        {
            _phase++;
        }
    }

    /// <summary>The next corpus.</summary>
    /// <param name="drawnTokens">Tokens drawn so far.</param>
    internal int Choose(long drawnTokens)
    {
        while (_phase < _phases.Length - 1 && drawnTokens >= _phases[_phase].UntilTokens)
        {
            _phase++;
            Array.Clear(_served);
        }

        var best = -1;
        for (var i = 0; i < _served.Length; i++)
        {
            if (_phases[_phase].Weights[i] > 0 && (best < 0 || _served[i] < _served[best]))
            {
                best = i;
            }
        }

        return best;
    }

    /// <summary>Counts tokens that a corpus gave.</summary>
    internal void Count(int corpus, int tokens) => _served[corpus] += tokens / _phases[_phase].Weights[corpus];

    private static void Require(bool holds, int phase, string key, string expected, string found)
    {
        if (!holds)
        {
            throw new ConfigurationException("data", $"phase {phase + 1}, {key}", expected, found);
        }
    }
}
