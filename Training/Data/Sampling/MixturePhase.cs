namespace PlamoNative.Training.Data;

/// <summary>A part of a run with its own weights of the corpora.</summary>
/// <param name="UntilTokens">Tokens of the run at which it ends; the last phase goes on for ever, whatever stands there.</param>
/// <param name="Weights">One weight a corpus, in their order; at least 0, and one of them more.</param>
public sealed record MixturePhase(long UntilTokens, IReadOnlyList<double> Weights);
