namespace PlamoNative.Runtime.Sampling;

/// <summary>
/// Makes every token of prompt and answer less likely: a positive logit is divided by the penalty, a negative one multiplied (Keskar et al., CTRL, 2019).
/// </summary>
/// <param name="penalty">Above 0; 1 changes nothing.</param>
internal sealed class RepetitionPenalty(float penalty) : SamplerStep
{
    /// <inheritdoc/>
    public override void Apply(Candidates candidates, TokenHistory history)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(history);
        var logits = candidates.Logits;
        foreach (var token in history.Seen)
        {
            logits[token] = logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty;
        }
    }
}
