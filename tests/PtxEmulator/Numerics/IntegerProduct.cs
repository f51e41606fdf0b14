namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>Integer matrix products: exact, modulo 2^32, or with <c>.satfinite</c> clamped to s32 at the end. PTX ISA "mma", "wgmma.mma_async".</summary>
internal static class IntegerProduct
{
    /// <summary>accumulator [m][n] += a [m][k] · b [n][k], elements as codes of their types.</summary>
    public static void Execute(MatrixType typeA, MatrixType typeB, int m, int n, int k, Span<uint> a, Span<uint> b, Span<uint> accumulator, bool saturate)
    {
        Decode(typeA, a);
        Decode(typeB, b);
        for (var row = 0; row < m; row++)
        {
            var x = a.Slice(row * k, k);
            for (var column = 0; column < n; column++)
            {
                var y = b.Slice(column * k, k);
                var sum = 0;
                for (var i = 0; i < x.Length && i < y.Length; i++)
                {
                    sum += (int)x[i] * (int)y[i];
                }

                ref var target = ref accumulator[row * n + column];
                target = saturate ? (uint)ScalarIntegers.SaturateS32((long)(int)target + sum) : target + (uint)sum;
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
