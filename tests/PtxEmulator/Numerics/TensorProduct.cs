using System.Buffers;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>accumulator += a · b as a tensor core computes it, by an <see cref="AccumulationPlan"/>. Integers only; vectors change the speed, not a bit.</summary>
internal static class TensorProduct
{
    /// <summary>Sums m x n dot products of length k.</summary>
    /// <param name="plan">Steps, cut and rounding.</param>
    /// <param name="typeA">Type of a's codes.</param>
    /// <param name="typeB">Type of b's codes.</param>
    /// <param name="typeC">f32 or f16.</param>
    /// <param name="m">Rows.</param>
    /// <param name="n">Columns.</param>
    /// <param name="k">Products a dot product.</param>
    /// <param name="a">Codes, [m][k].</param>
    /// <param name="b">Codes, [k][n].</param>
    /// <param name="accumulator">Codes, [m][n], in and out.</param>
    /// <param name="useVectors">False only in tests: without vector instructions, the same bits.</param>
    public static void Execute(
        in AccumulationPlan plan, MatrixType typeA, MatrixType typeB, MatrixType typeC, int m, int n, int k,
        ReadOnlySpan<uint> a, ReadOnlySpan<uint> b, Span<uint> accumulator, bool useVectors = true)
    {
        var rented = ArrayPool<int>.Shared.Rent(2 * (m + n) * k);
        var buffer = rented.AsSpan();
        var significandsA = buffer[..(m * k)];
        var exponentsA = buffer.Slice(m * k, m * k);
        buffer = buffer[(2 * m * k)..];
        var significandsB = buffer[..(n * k)];
        var exponentsB = buffer.Slice(n * k, n * k);
        var finite = TensorOperand.Decode(typeA, a, significandsA, exponentsA) & TensorOperand.Decode(typeB, b, significandsB, exponentsB);
        var step = new TensorStep(plan, typeA, typeB, typeC, n);
        var vectors = finite && useVectors && Avx2.IsSupported && plan.FractionBits >= 0 && !plan.FromHalves && n % 8 == 0;
        for (var row = 0; row < m; row++)
        {
            var x = significandsA.Slice(row * k, k);
            var exponents = exponentsA.Slice(row * k, k);
            var target = accumulator.Slice(row * n, n);
            for (var column = 0; column < n; column += 8)
            {
                var part = target.Slice(column, Math.Min(8, n - column));
                if (vectors && !AnySpecial(typeC, part))
                {
                    step.RunEight(x, exponents, significandsB[column..], exponentsB[column..], part);
                    continue;
                }

                for (var i = 0; i < part.Length; i++)
                {
                    if (IsSpecial(typeC, part[i]) || !(finite || AllFinite(typeA, typeB, a.Slice(row * k, k), b[(column + i)..], n)))
                    {
                        part[i] = Special(typeA, typeB, typeC, a.Slice(row * k, k), b[(column + i)..], n, part[i]);
                    }
                    else
                    {
                        part[i] = step.Run(x, exponents, significandsB[(column + i)..], exponentsB[(column + i)..], part[i]);
                    }
                }
            }
        }

        ArrayPool<int>.Shared.Return(rented);
    }

    internal static bool IsSpecial(MatrixType type, uint code) =>
        type == MatrixType.F16 ? (code & 0x7C00) == 0x7C00 : (code & 0x7F800000) == 0x7F800000;

    private static bool AnySpecial(MatrixType type, ReadOnlySpan<uint> codes)
    {
        var mask = Vector256.Create(type == MatrixType.F16 ? 0x7C00u : 0x7F800000u);
        return Vector256.EqualsAny(Vector256.Create(codes) & mask, mask);
    }

    private static bool AllFinite(MatrixType typeA, MatrixType typeB, ReadOnlySpan<uint> a, ReadOnlySpan<uint> b, int strideB)
    {
        for (var i = 0; i < a.Length; i++)
        {
            if (!TensorOperand.Decode(typeA, a[i], out _, out _) || !TensorOperand.Decode(typeB, b[i * strideB], out _, out _))
            {
                return false;
            }
        }

        return true;
    }

    // With an infinity or a NaN among the terms only those decide: NaN, or the infinity that all of them share.
    private static uint Special(MatrixType typeA, MatrixType typeB, MatrixType typeC, ReadOnlySpan<uint> a, ReadOnlySpan<uint> b, int strideB, uint c)
    {
        var start = TensorOperand.ToDouble(typeC, c);
        var sum = double.IsFinite(start) ? 0 : start;
        for (var i = 0; i < a.Length; i++)
        {
            var product = TensorOperand.ToDouble(typeA, a[i]) * TensorOperand.ToDouble(typeB, b[i * strideB]);
            sum += double.IsFinite(product) ? 0 : product;
        }

        return (uint)SoftRounder.Round(typeC == MatrixType.F16 ? FloatFormat.F16 : FloatFormat.F32, sum, Rounding.NearestEven);
    }
}
