namespace PlamoNative.Runtime.Sampling;

/// <summary>Keeps the k likeliest tokens; the lower id wins a tie for the last place.</summary>
/// <param name="count">k, at least 1.</param>
internal sealed class TopK(int count) : SamplerStep
{
    /// <inheritdoc/>
    public override void Apply(Candidates candidates, TokenHistory history)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        candidates.Keep(count);
    }
}
