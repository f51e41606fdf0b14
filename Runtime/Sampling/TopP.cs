using PlamoNative.Engine;

namespace PlamoNative.Runtime.Sampling;

/// <summary>Keeps the fewest likeliest tokens whose probabilities, among what is left, add up to p or more (Holtzman et al., 2019).</summary>
/// <param name="mass">p, above 0 and at most 1.</param>
internal sealed class TopP(double mass) : SamplerStep
{
    /// <inheritdoc/>
    public override void Apply(Candidates candidates, TokenHistory history)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        var logSum = LogSum(candidates);
        var sum = 0.0;
        candidates.Keep(candidates.CountWhile(logit =>
        {
            // The token that reaches the mass belongs, the next one does not.
            var belongs = sum < mass;
            sum += PortableMath.Exp(logit - logSum);
            return belongs;
        }));
    }

    private static double LogSum(Candidates candidates)
    {
        if (candidates.IsWhole)
        {
            return Kernels.Logits.LogSumExp(candidates.Logits);
        }

        var logits = candidates.TopLogits(candidates.Count);
        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += PortableMath.Exp((double)logit - logits[0]);
        }

        return logits[0] + PortableMath.Log(sum);
    }
}
