using Xunit;
using static PlamoNative.PtxEmulator.Tests.Cuda.CudaArgument;
using static PlamoNative.PtxEmulator.Tests.Cuda.CudaCase;

namespace PlamoNative.PtxEmulator.Tests.Cuda;

/// <summary>Matrix products: by fused multiply-add in the order of k (the same bits), and by tensor cores on small integers (exact in every order).</summary>
internal static class MatMulCases
{
    internal static CudaCase Tiled()
    {
        const int M = 45, N = 70, K = 50;
        var random = Seeded(3);
        var a = Make(M * K, _ => random.NextSingle() - 0.5f);
        var b = Make(K * N, _ => random.NextSingle() - 0.5f);
        var c = Buffer(new float[M * N]);
        return new("Sources/tiled_matmul.ptx", "tiledMatMul", new(3, 2), new(32, 8), 0, [Buffer(a), Buffer(b), c, Of(M), Of(N), Of(K)], () =>
        {
            for (var i = 0; i < M * N; i++)
            {
                var sum = 0.0f;
                for (var k = 0; k < K; k++)
                {
                    sum = MathF.FusedMultiplyAdd(a[i / N * K + k], b[k * N + i % N], sum);
                }

                Assert.Equal(sum, c.Values[i]);
            }
        });
    }

    internal static CudaCase TensorCore()
    {
        const int M = 128, N = 64, K = 96;
        var (a, b) = (Small(M * K, 4), Small(K * N, 5));
        var c = Buffer(new float[M * N]);
        return new("Sources/mma_matmul.ptx", "mmaMatMul", new(N / 64, M / 64), new(128), 0, [Buffer(Make(a.Length, i => Brain(a[i]))), Buffer(Make(b.Length, i => Brain(b[i]))), c, Of(M), Of(N), Of(K)], () =>
            Equal(M, N, K, (row, k) => a[row * K + k], (k, column) => b[k * N + column], c.Values));
    }

    internal static CudaCase Warpgroup()
    {
        const int M = 128, N = 64, K = 128;
        var (a, b) = (Small(M * K, 6), Small(N * K, 7));
        var c = Buffer(new float[M * N]);
        return new("Sources/wgmma_matmul.ptx", "wgmmaMatMul", new(M / 64, N / 64), new(128), 0, [Buffer(Make(a.Length, i => Brain(a[i]))), Buffer(Make(b.Length, i => Brain(b[i]))), c, Of(N), Of(K)], () =>
            Equal(M, N, K, (row, k) => a[row * K + k], (k, column) => b[column * K + k], c.Values));
    }

    internal static CudaCase Narrow()
    {
        const int M = 16, N = 8, K = 32;
        var (a, b) = (Small(M * K, 8), Small(N * K, 9));
        var c = Buffer(new float[M * N]);
        return new("Sources/fp8_matmul.ptx", "narrowMatMul", new(1), new(32), 0, [Buffer(a), Buffer(b), c], () =>
            Equal(M, N, K, (row, k) => a[row * K + k], (k, column) => b[column * K + k], c.Values));
    }

    private static float[] Small(int count, int seed)
    {
        var random = Seeded(seed);
        return Make(count, _ => (float)random.Next(-8, 9));
    }

    private static void Equal(int m, int n, int k, Func<int, int, float> a, Func<int, int, float> b, float[] c)
    {
        for (var row = 0; row < m; row++)
        {
            for (var column = 0; column < n; column++)
            {
                var sum = Enumerable.Range(0, k).Sum(i => a(row, i) * b(i, column));
                Assert.True(sum == c[row * n + column], $"row {row}, column {column}: expected {sum}, found {c[row * n + column]}");
            }
        }
    }
}
