namespace PlamoNative.Runtime.Sampling;

/// <summary>One step on the way from logits to a token: it changes logits or cuts candidates.</summary>
internal abstract class SamplerStep
{
    /// <summary>Does the step.</summary>
    /// <param name="candidates">What may be drawn.</param>
    /// <param name="history">What was seen and written before.</param>
    public abstract void Apply(Candidates candidates, TokenHistory history);
}
