using System.Runtime.InteropServices;
using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Tests.References;
using Xunit;

namespace PlamoNative.Kernels.Tests;

/// <summary>The operands of one product in unmanaged memory: random values, rows further apart than they are long, a band around Y that nothing may touch.</summary>
internal sealed unsafe class GemmBuffers : IDisposable
{
    private const float Guard = -12345.678f;
    private const int Band = 64;
    private readonly float* _yBlock;
    private readonly int _yFloats;

    internal GemmBuffers(int m, int n, int k, DType format, int seed, int xGap = 3, int yGap = 5)
    {
        (M, N, K, Format) = (m, n, k, format);
        XStride = k + xGap;
        YStride = n + yGap;
        var random = new Random(seed);
        X = Allocate<float>(Math.Max(1, m * XStride));
        for (var i = 0; i < m * XStride; i++)
        {
            X[i] = Value(random);
        }

        Initial = new float[m * YStride];
        for (var i = 0; i < Initial.Length; i++)
        {
            Initial[i] = i % YStride < n ? Value(random) : Guard;
        }

        _yFloats = Initial.Length;
        _yBlock = Allocate<float>(_yFloats + (2 * Band));
        W = TestWeights.Make(format, n, k, random, out var weights);
        Weights = weights;
        Reset();
    }

    internal int M { get; }

    internal int N { get; }

    internal int K { get; }

    internal DType Format { get; }

    internal float* X { get; }

    internal int XStride { get; }

    internal byte* W { get; }

    /// <summary>W as float32 values, [N, K].</summary>
    internal float[] Weights { get; }

    internal float* Y => _yBlock + Band;

    internal int YStride { get; }

    /// <summary>What Y holds before the product.</summary>
    internal float[] Initial { get; }

    public void Dispose()
    {
        NativeMemory.AlignedFree(X);
        NativeMemory.AlignedFree(_yBlock);
        NativeMemory.AlignedFree(W);
    }

    internal static T* Allocate<T>(int count)
        where T : unmanaged => (T*)NativeMemory.AlignedAlloc((nuint)(count * sizeof(T)), 64);

    internal ReadOnlySpan<float> XRow(int r) => new(X + (r * XStride), K);

    internal ReadOnlySpan<float> WRow(int n) => Weights.AsSpan(n * K, K);

    /// <summary>Runs one variant from a fresh Y and returns the bits of Y, rows without gaps.</summary>
    internal uint[] Run(VectorWidth width, WorkerPool workers, bool accumulate = false)
    {
        Reset();
        Gemm.Run(Problem(width, accumulate), workers);
        return Bits();
    }

    internal GemmProblem Problem(VectorWidth width, bool accumulate) => new()
    {
        M = M, N = N, K = K, X = X, XStride = XStride, W = W, WRowBytes = (nint)Format.Bytes(K), Format = Format,
        Y = Y, YStride = YStride, Accumulate = accumulate, Width = width,
    };

    internal void Reset()
    {
        new Span<float>(_yBlock, _yFloats + (2 * Band)).Fill(Guard);
        Initial.CopyTo(new Span<float>(Y, _yFloats));
    }

    /// <summary>Y's bits after checking that nothing around it changed.</summary>
    internal uint[] Bits()
    {
        var bits = new uint[M * N];
        for (var i = -Band; i < _yFloats + Band; i++)
        {
            if (i >= 0 && i < _yFloats && i % YStride < N)
            {
                bits[(i / YStride * N) + (i % YStride)] = BitConverter.SingleToUInt32Bits(Y[i]);
            }
            else
            {
                Assert.Equal(Guard, Y[i]);
            }
        }

        return bits;
    }

    /// <summary>Holds Y against float64 within the bound that the order of summation gives.</summary>
    internal void AssertNearReference(bool accumulate)
    {
        var roundings = M <= GemmSchedule.DotRows ? ((K + GemmReference.Lanes - 1) / GemmReference.Lanes) + 8 : K + 1;
        for (var r = 0; r < M; r++)
        {
            for (var n = 0; n < N; n++)
            {
                var (value, magnitude) = GemmReference.Element(XRow(r), WRow(n));
                if (accumulate)
                {
                    value += Initial[(r * YStride) + n];
                    magnitude += Math.Abs(Initial[(r * YStride) + n]);
                }

                var error = Math.Abs(Y[(r * YStride) + n] - value);
                Assert.True(error <= GemmReference.Bound(roundings, magnitude), $"{Format} [{M}, {N}, {K}] at ({r}, {n}): {Y[(r * YStride) + n]}, expected {value}");
            }
        }
    }

    private static float Value(Random random) => (float)((random.NextDouble() * 2) - 1) * MathF.Pow(2, random.Next(-3, 4));
}
