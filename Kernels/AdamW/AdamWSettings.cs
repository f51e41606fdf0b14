namespace PlamoNative.Kernels;

/// <summary>The constants of AdamW.</summary>
/// <param name="Beta1">Decay of the first moment, in [0, 1).</param>
/// <param name="Beta2">Decay of the second moment, in [0, 1).</param>
/// <param name="Epsilon">Added to the root of the second moment, positive.</param>
/// <param name="WeightDecay">λ, at least 0; a step shrinks decaying parameters by the learning rate times λ.</param>
public readonly record struct AdamWSettings(double Beta1, double Beta2, double Epsilon, double WeightDecay)
{
    /// <summary>Refuses constants outside of their ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is.</exception>
    public void Check()
    {
        Require(nameof(Beta1), Beta1, Beta1 is >= 0 and < 1, "in [0, 1)");
        Require(nameof(Beta2), Beta2, Beta2 is >= 0 and < 1, "in [0, 1)");
        Require(nameof(Epsilon), Epsilon, Epsilon > 0 && double.IsFinite(Epsilon), "positive and finite");
        Require(nameof(WeightDecay), WeightDecay, WeightDecay >= 0 && double.IsFinite(WeightDecay), "finite and not negative");
    }

    private static void Require(string name, double value, bool holds, string range)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} of AdamW is {range}");
        }
    }
}
