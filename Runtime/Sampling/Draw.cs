using PlamoNative.Engine;

namespace PlamoNative.Runtime.Sampling;

/// <summary>
/// Draws a token with its probability. Draw i of a seed is a pure function of both: one uniform number of the counter-based <see cref="Philox"/>, looked up
/// in the cumulated probabilities (by id while all tokens are candidates, else from the likeliest down).
/// </summary>
/// <param name="seed">Same seed, same draws.</param>
internal sealed class Draw(ulong seed)
{
    private readonly Philox _random = new(seed, stream: 0x706C616D6F);
    private float[] _probabilities = [];

    internal int Next(Candidates candidates, ulong index)
    {
        var uniform = _random.Uniform(index);
        return candidates.IsWhole ? OfAll(candidates, uniform) : OfBest(candidates, uniform);
    }

    private int OfAll(Candidates candidates, double uniform)
    {
        var logits = candidates.Logits;
        if (_probabilities.Length != logits.Length)
        {
            _probabilities = new float[logits.Length];
        }

        Kernels.Logits.Softmax(logits, 1, _probabilities);
        var total = 0.0;
        foreach (var probability in _probabilities)
        {
            total += probability;
        }

        if (!(total > 0))
        {
            return Kernels.Logits.ArgMax(logits);
        }

        var (target, sum, last) = (uniform * total, 0.0, 0);
        for (var id = 0; id < _probabilities.Length; id++)
        {
            sum += _probabilities[id];
            if (_probabilities[id] > 0)
            {
                last = id;
                if (sum > target)
                {
                    break;
                }
            }
        }

        return last;
    }

    private static int OfBest(Candidates candidates, double uniform)
    {
        var logits = candidates.TopLogits(candidates.Count);
        var ids = candidates.Ids(candidates.Count);
        var total = 0.0;
        foreach (var logit in logits)
        {
            total += PortableMath.Exp((double)logit - logits[0]);
        }

        var (target, sum) = (uniform * total, 0.0);
        for (var i = 0; i < ids.Length; i++)
        {
            sum += PortableMath.Exp((double)logits[i] - logits[0]);
            if (sum > target)
            {
                return ids[i];
            }
        }

        return ids[^1];
    }
}
