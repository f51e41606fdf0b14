namespace PlamoNative.Kernels;

/// <summary>What a batch adds to a loss; sums of micro-batches are added before the mean is taken.</summary>
/// <param name="TargetCount">Tokens that have a target.</param>
/// <param name="CrossEntropy">Σ of their cross-entropies, in nats.</param>
/// <param name="SquaredLogSumExp">Σ of their squared log-sum-exps.</param>
public readonly record struct CrossEntropySums(long TargetCount, double CrossEntropy, double SquaredLogSumExp)
{
    /// <summary>The mean over the targets, the z-loss added: <c>(Σ ce + zLossWeight Σ L²) / n</c>; 0 without a target.</summary>
    public double Loss(double zLossWeight) => TargetCount == 0 ? 0 : (CrossEntropy + (zLossWeight * SquaredLogSumExp)) / TargetCount;

    /// <summary>The sums of both.</summary>
    public CrossEntropySums Add(CrossEntropySums other) =>
        new(TargetCount + other.TargetCount, CrossEntropy + other.CrossEntropy, SquaredLogSumExp + other.SquaredLogSumExp);
}
