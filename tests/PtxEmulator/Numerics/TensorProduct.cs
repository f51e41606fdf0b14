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
    /// <param name="b">Codes, [n][k].</param>
    /// <param name="accumulator">Codes, [m][n], in and out.</param>
    /// <param name="useVectors">False only in tests: without vector instructions, the same bits.</param>
    public static void Execute(
        in AccumulationPlan plan, MatrixType typeA, MatrixType typeB, MatrixType typeC, int m, int n, int k,
        ReadOnlySpan<uint> a, ReadOnlySpan<uint> b, Span<uint> accumulator, bool useVectors = true)
    {
        var rented = ArrayPool<int>.Shared.Rent(2 * (m + n) * k + m + n);
        var buffer = rented.AsSpan();
        var significandsA = buffer[..(m * k)];
        var exponentsA = buffer.Slice(m * k, m * k);
        buffer = buffer[(2 * m * k)..];
        var significandsB = buffer[..(n * k)];
        var exponentsB = buffer.Slice(n * k, n * k);
        buffer = buffer[(2 * n * k)..];
        var specialA = buffer[..m];
        var specialB = buffer.Slice(m, n);
        Decode(plan, typeA, m, k, a, significandsA, exponentsA, specialA, rowStride: k, elementStride: 1);
        Decode(plan, typeB, n, k, b, significandsB, exponentsB, specialB, rowStride: 1, elementStride: n);
        var block = new TensorStep(plan, typeA, typeB, typeC, n);
        var vectors = useVectors && Avx2.IsSupported && plan.FractionBits >= 0 && !plan.FromHalves && n % 8 == 0;
        for (var row = 0; row < m; row++)
        {
            var x = significandsA.Slice(row * k, k);
            var exponents = exponentsA.Slice(row * k, k);
            var target = accumulator.Slice(row * n, n);
            for (var column = 0; column < n; column += 8)
            {
                var width = Math.Min(8, n - column);
                var part = target.Slice(column, width);
                if (vectors && specialA[row] == 0 && !specialB.Slice(column, 8).ContainsAnyExcept(0) && !AnySpecial(typeC, part))
                {
                    block.RunEight(x, exponents, significandsB[column..], exponentsB[column..], part);
                    continue;
                }

                for (var i = 0; i < width; i++)
                {
                    part[i] = specialA[row] != 0 || specialB[column + i] != 0 || IsSpecial(typeC, part[i])
                        ? Special(typeA, typeB, typeC, a.Slice(row * k, k), b.Slice((column + i) * k, k), part[i])
                        : block.Run(x, exponents, significandsB[(column + i)..], exponentsB[(column + i)..], part[i]);
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

    private static void Decode(
        in AccumulationPlan plan, MatrixType type, int rows, int k, ReadOnlySpan<uint> codes,
        Span<int> significands, Span<int> exponents, Span<int> special, int rowStride, int elementStride)
    {
        for (var row = 0; row < rows; row++)
        {
            special[row] = 0;
            for (var i = 0; i < k; i++)
            {
                // The halves of an fp8 product on Hopper are k % 4 in 0, 1 and in 2, 3: each becomes contiguous.
                var place = plan.FromHalves ? i / 4 * 2 + i % 2 + (i % 4 / 2 * (k / 2)) : i;
                var index = row * rowStride + place * elementStride;
                if (!TensorOperand.Decode(type, codes[row * k + i], out significands[index], out exponents[index]))
                {
                    special[row] = 1;
                }
            }
        }
    }

    // With an infinity or a NaN among the terms only those decide: NaN, or the infinity that all of them share.
    private static uint Special(MatrixType typeA, MatrixType typeB, MatrixType typeC, ReadOnlySpan<uint> a, ReadOnlySpan<uint> b, uint c)
    {
        var start = TensorOperand.ToDouble(typeC, c);
        var sum = double.IsFinite(start) ? 0 : start;
        for (var i = 0; i < a.Length; i++)
        {
            var product = TensorOperand.ToDouble(typeA, a[i]) * TensorOperand.ToDouble(typeB, b[i]);
            sum += double.IsFinite(product) ? 0 : product;
        }

        return (uint)SoftRounder.Round(typeC == MatrixType.F16 ? FloatFormat.F16 : FloatFormat.F32, sum, Rounding.NearestEven);
    }
}
