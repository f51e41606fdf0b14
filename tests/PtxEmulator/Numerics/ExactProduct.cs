using System.Numerics;

namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>
/// A dot product summed exactly and rounded once to nearest even: in 128 bits where the exponents allow, else in a row of limbs that holds every f32
/// and every product.
/// </summary>
internal static class ExactProduct
{
    // Weights run from 2^-266 (two bf16 subnormals) to 2^256: 20 limbs of 32 bits from 2^-320 on, and one for the carry.
    private const int LowestWeight = -320;
    private const int Limbs = 21;

    /// <summary>b's elements are strideB apart; productFraction is the sum of the inputs' fraction bits.</summary>
    public static uint Run(
        ReadOnlySpan<int> a, ReadOnlySpan<int> exponentsA, ReadOnlySpan<int> b, ReadOnlySpan<int> exponentsB, int strideB, int productFraction,
        MatrixType typeC, uint c)
    {
        TensorOperand.Decode(typeC, c, out var significandC, out var exponentC);
        var weightC = exponentC - (typeC == MatrixType.F16 ? 10 : 23);
        var (lowest, highest) = significandC == 0 ? (int.MaxValue, int.MinValue) : (weightC, weightC);
        for (var i = 0; i < a.Length; i++)
        {
            if (a[i] != 0 && b[i * strideB] != 0)
            {
                var weight = exponentsA[i] + exponentsB[i * strideB] - productFraction;
                (lowest, highest) = (Math.Min(lowest, weight), Math.Max(highest, weight));
            }
        }

        if (lowest > highest)
        {
            return 0;
        }

        // Terms have 24 bits, their number at most 7.
        return highest - lowest <= 92
            ? Narrow(a, exponentsA, b, exponentsB, strideB, productFraction, typeC, significandC, weightC, lowest)
            : Wide(a, exponentsA, b, exponentsB, strideB, productFraction, typeC, significandC, weightC);
    }

    private static uint Narrow(
        ReadOnlySpan<int> a, ReadOnlySpan<int> exponentsA, ReadOnlySpan<int> b, ReadOnlySpan<int> exponentsB, int strideB, int productFraction,
        MatrixType typeC, int significandC, int weightC, int lowest)
    {
        var sum = significandC == 0 ? Int128.Zero : (Int128)significandC << (weightC - lowest);
        for (var i = 0; i < a.Length; i++)
        {
            var product = a[i] * b[i * strideB];
            if (product != 0)
            {
                sum += (Int128)product << (exponentsA[i] + exponentsB[i * strideB] - productFraction - lowest);
            }
        }

        return (uint)SoftRounder.Round(Format(typeC), sum < 0, (UInt128)Int128.Abs(sum), lowest, false, Rounding.NearestEven);
    }

    private static uint Wide(
        ReadOnlySpan<int> a, ReadOnlySpan<int> exponentsA, ReadOnlySpan<int> b, ReadOnlySpan<int> exponentsB, int strideB, int productFraction,
        MatrixType typeC, int significandC, int weightC)
    {
        Span<long> limbs = stackalloc long[Limbs];
        limbs.Clear();
        Add(limbs, significandC, weightC);
        for (var i = 0; i < a.Length; i++)
        {
            Add(limbs, a[i] * b[i * strideB], exponentsA[i] + exponentsB[i * strideB] - productFraction);
        }

        Carry(limbs);
        var negative = limbs[^1] < 0;
        if (negative)
        {
            foreach (ref var limb in limbs)
            {
                limb = -limb;
            }

            Carry(limbs);
        }

        var top = limbs.LastIndexOfAnyExcept(0L);
        if (top < 0)
        {
            return 0;
        }

        // The upper 64 to 96 bits, and whether anything lies below.
        var first = Math.Max(top - 2, 0);
        UInt128 upper = 0;
        for (var i = top; i >= first; i--)
        {
            upper = upper << 32 | (ulong)limbs[i];
        }

        var sticky = limbs[..first].ContainsAnyExcept(0L);
        return (uint)SoftRounder.Round(Format(typeC), negative, upper, LowestWeight + 32 * first, sticky, Rounding.NearestEven);
    }

    private static void Add(Span<long> limbs, int term, int weight)
    {
        if (term != 0)
        {
            var place = weight - LowestWeight;
            var shifted = (long)term << (place & 31);
            limbs[place >> 5] += shifted & 0xFFFFFFFF;
            limbs[(place >> 5) + 1] += shifted >> 32;
        }
    }

    private static void Carry(Span<long> limbs)
    {
        for (var i = 0; i < limbs.Length - 1; i++)
        {
            limbs[i + 1] += limbs[i] >> 32;
            limbs[i] &= 0xFFFFFFFF;
        }
    }

    private static FloatFormat Format(MatrixType type) => type == MatrixType.F16 ? FloatFormat.F16 : FloatFormat.F32;
}
