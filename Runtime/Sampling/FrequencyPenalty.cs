namespace PlamoNative.Runtime.Sampling;

/// <summary>Makes generated tokens less likely: <c>logit -= presence + frequency · count</c>, the count being over the answer, not the prompt.</summary>
/// <param name="frequency">For each time that the token was generated.</param>
/// <param name="presence">Once, if it was generated.</param>
internal sealed class FrequencyPenalty(float frequency, float presence) : SamplerStep
{
    /// <inheritdoc/>
    public override void Apply(Candidates candidates, TokenHistory history)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(history);
        var logits = candidates.Logits;
        foreach (var (token, count) in history.Generated)
        {
            logits[token] -= presence + (frequency * count);
        }
    }
}
