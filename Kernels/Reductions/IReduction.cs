namespace PlamoNative.Kernels;

/// <summary>
/// What is done with the elements that meet in one result: each is mapped, perhaps together with a second tensor's, then they are folded: float32 within a block
/// (<see cref="Reduce"/> says in which order), float64 from block to block.
/// </summary>
internal interface IReduction : Reduce.IReduceStep
{
    /// <summary>Tensors that <see cref="Map{TSimd, TVector}"/> looks at: 1 or 2; with 1 the element itself is folded.</summary>
    static abstract int Inputs { get; }

    /// <summary>What an element costs, in additions.</summary>
    static virtual int Cost => 1;

    /// <summary>The result of folding nothing.</summary>
    static abstract double Start { get; }

    /// <summary>The element to fold, in float32.</summary>
    static abstract TVector Map<TSimd, TVector>(TVector x, TVector y)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;

    /// <summary>The element to fold, in float64.</summary>
    static abstract double Map(double x, double y);

    /// <summary>Two partial results into one.</summary>
    static abstract double Fold(double left, double right);

    /// <summary>The result from the folded total; <paramref name="held"/> is what the output held before.</summary>
    double Finish(double total, double held);
}
