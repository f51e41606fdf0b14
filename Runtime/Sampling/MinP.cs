using PlamoNative.Engine;

namespace PlamoNative.Runtime.Sampling;

/// <summary>Keeps tokens at least <c>share</c> times as likely as the likeliest one (Nguyen et al., 2024).</summary>
/// <param name="share">Above 0 and at most 1.</param>
internal sealed class MinP(double share) : SamplerStep
{
    private readonly double _logShare = PortableMath.Log(share);

    /// <inheritdoc/>
    public override void Apply(Candidates candidates, TokenHistory history)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        var least = candidates.TopLogits(1)[0] + _logShare;
        candidates.Keep(candidates.CountWhile(logit => logit >= least));
    }
}
