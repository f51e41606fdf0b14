using System.Runtime.Intrinsics;

namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>Integer matrix products: exact, modulo 2^32, or with <c>.satfinite</c> clamped to s32 at the end. PTX ISA "mma", "wgmma.mma_async".</summary>
internal static class IntegerProduct
{
    /// <summary>accumulator [m][n] += a [m][k] · b [k][n], elements as codes of their types.</summary>
    public static void Execute(MatrixType typeA, MatrixType typeB, int m, int n, int k, Span<uint> a, Span<uint> b, Span<uint> accumulator, bool saturate)
    {
        Decode(typeA, a);
        Decode(typeB, b);
        for (var row = 0; row < m; row++)
        {
            var x = a.Slice(row * k, k);
            for (var column = 0; column < n; column += 8)
            {
                // At most 32 (8 bits) or 64 (4 bits) products: their sum fits 32 bits; n is a multiple of 8.
                var sum = Vector256<int>.Zero;
                for (var i = 0; i < x.Length; i++)
                {
                    sum += Vector256.Create((int)x[i]) * Vector256.Create<uint>(b[(i * n + column)..]).AsInt32();
                }

                var target = accumulator.Slice(row * n + column, 8);
                for (var i = 0; i < 8; i++)
                {
                    target[i] = saturate ? (uint)ScalarIntegers.SaturateS32((long)(int)target[i] + sum[i]) : target[i] + (uint)sum[i];
                }
            }
        }
    }

    private static void Decode(MatrixType type, Span<uint> codes)
    {
        if (type is MatrixType.S8 or MatrixType.S4)
        {
            var shift = 32 - type.Bits();
            foreach (ref var code in codes)
            {
                code = (uint)((int)(code << shift) >> shift);
            }
        }
    }
}
