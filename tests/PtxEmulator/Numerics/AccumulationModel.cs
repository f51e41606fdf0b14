namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>Whose tensor core sums the products. The ISA leaves order, cuts and rounding open; these reproduce published outputs of real GPUs.</summary>
public enum AccumulationModel : byte
{
    /// <summary>The exact sum of all products and the accumulator, rounded once to nearest even.</summary>
    Exact,

    /// <summary>A100 and sm_86.</summary>
    Ampere,

    /// <summary>sm_89.</summary>
    Ada,

    /// <summary>H100 and later.</summary>
    Hopper,
}

/// <summary>Which unit works: Hopper's fp8 differs between the two.</summary>
public enum TensorUnit : byte
{
    /// <summary>mma.sync.</summary>
    Mma,

    /// <summary>wgmma.mma_async.</summary>
    Wgmma,
}

/// <summary>
/// How one dot product is accumulated: in steps of <paramref name="ProductsPerStep"/> along k, each feeding the next; within a step every term is
/// cut toward zero at 2^(E - <paramref name="FractionBits"/>), E being the largest exponent among the terms, and the rest is summed exactly.
/// </summary>
/// <param name="ProductsPerStep">Products that are aligned and summed at once.</param>
/// <param name="FractionBits">Bits kept below the largest exponent; -1: nothing is cut, the sum is rounded once to nearest even.</param>
/// <param name="ShortFraction">The f32 result keeps 13 fraction bits (fp8), not 23; toward zero both.</param>
/// <param name="FromHalves">Hopper's fp8 mma.sync: two f16 products from zero (k % 4 in 0, 1 and in 2, 3), then two f32 additions.</param>
public readonly record struct AccumulationPlan(int ProductsPerStep, int FractionBits, bool ShortFraction = false, bool FromHalves = false)
{
    /// <summary>Nothing cut, one rounding.</summary>
    public static readonly AccumulationPlan Exact = new(int.MaxValue, -1);

    /// <summary>
    /// The model of an architecture such as 80 or 90. sm_75 is <see cref="AccumulationModel.Exact"/>: no published output of a Turing card is at hand
    /// that fixes its cut and its rounding. From 90 on it is Hopper.
    /// </summary>
    public static AccumulationModel ModelOf(int architecture) => architecture switch
    {
        < 80 => AccumulationModel.Exact,
        < 89 => AccumulationModel.Ampere,
        89 => AccumulationModel.Ada,
        _ => AccumulationModel.Hopper,
    };

    /// <summary>The plan of a unit for inputs of a type. Ampere has no fp8: Ada's plan stands in.</summary>
    public static AccumulationPlan For(AccumulationModel model, TensorUnit unit, MatrixType input)
    {
        if (model == AccumulationModel.Exact)
        {
            return Exact;
        }

        var hopper = model == AccumulationModel.Hopper;
        if (input.IsFp8())
        {
            return !hopper ? new(16, 13, ShortFraction: true) : unit == TensorUnit.Wgmma ? new(32, 13, ShortFraction: true) : new(16, 25, FromHalves: true);
        }

        return (hopper, input) switch
        {
            (false, MatrixType.TF32) => new(4, 24),
            (false, _) => new(8, 24),
            (true, MatrixType.TF32) => new(8, 25),
            _ => new(16, 25),
        };
    }
}
