namespace PlamoNative.Runtime.Sampling;

/// <summary>
/// Divides logits: below 1 the likely becomes likelier, above 1 everything evens out. The largest is moved to 0 first, so that no temperature overflows.
/// </summary>
/// <param name="temperature">Above 0.</param>
internal sealed class Temperature(float temperature) : SamplerStep
{
    /// <inheritdoc/>
    public override void Apply(Candidates candidates, TokenHistory history)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        var largest = Kernels.Logits.Max(candidates.Logits);
        foreach (ref var logit in candidates.Logits)
        {
            logit = (logit - largest) / temperature;
        }
    }
}
