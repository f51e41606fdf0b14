using System.Runtime.CompilerServices;
using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Compilation.Tests;

/// <summary>The shapes that ILGPU's own pass lists get wrong, and what our text work has to keep.</summary>
internal static class RemedyExamples
{
    internal struct Pair(int count, float scale)
    {
        public int Count = count;
        public float Scale = scale;
    }

    internal struct Plain(long stride, Pair pair)
    {
        public long Stride = stride;
        public Pair Pair = pair;
    }

    [GpuKernel(64)]
    public static void Barriers(ArrayView<float> x, ArrayView<float> y, int steps)
    {
        var tile = SharedMemory.Allocate<float>(64);
        var i = Group.IdxX;
        var sum = 0f;
        for (var k = 0; k < steps; k++)
        {
            tile[i] = x[(k * 64) + i];
            Group.Barrier();
            sum += tile[63 - i];
            Group.Barrier();
        }

        y[i] = sum;
    }

    [GpuKernel(64)]
    public static void LocalArray(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, int steps)
    {
        var sums = LocalMemory.Allocate<float>(16);
        for (var i = 0; i < 16; i++)
        {
            sums[i] = 0;
        }

        for (var k = 0; k < steps; k++)
        {
            for (var i = 0; i < 4; i++)
            {
                for (var j = 0; j < 4; j++)
                {
                    sums[(i * 4) + j] += a[(k * 4) + i] * b[(k * 4) + j];
                }
            }
        }

        for (var i = 0; i < 16; i++)
        {
            c[(Group.IdxX * 16) + i] = sums[i];
        }
    }

    [GpuKernel(64)]
    public static void StructCopy(ArrayView<Float4> x, ArrayView<Float4> y)
    {
        var tile = SharedMemory.Allocate<Float4>(64);
        tile[Group.IdxX] = x[Group.IdxX];
        Group.Barrier();
        y[Group.IdxX] = tile[63 - Group.IdxX];
    }

    [GpuKernel(64)]
    public static void CastCopy(ArrayView<float> x, ArrayView<float> y, int row)
    {
        var dynamic = SharedMemory.GetDynamic<UInt4>();
        var floats = dynamic.SubView(8, 64).Cast<Float4>();
        floats[Group.IdxX] = x.Cast<Float4>().SubView(row * 16L, 64)[Group.IdxX];
        Group.Barrier();
        y.Cast<Float4>()[Group.IdxX] = floats[63 - Group.IdxX];
    }

    [GpuKernel(64, MinimumBlocks = 4, MaximumRegisters = 40, Architecture = "90", ClusterSize = 2)]
    public static void Bounds(ArrayView<float> x) => x[Group.IdxX] = 1;

    [GpuKernel(64)]
    public static void CalledFunction(ArrayView<float> x)
    {
        x[Group.IdxX] = Outer(x[Group.IdxX]);
        x[Group.IdxX + 64] = Inner(x[Group.IdxX + 64], 3);
    }

    [GpuKernel(64)]
    [GpuKernelVariant("double", typeof(Doubled))]
    [GpuKernelVariant("square", typeof(Squared))]
    public static void Generic<TFunction>(ArrayView<float> x)
        where TFunction : struct, IFunction => x[Group.IdxX] = TFunction.Value(x[Group.IdxX]);

    [GpuKernel(64)]
    public static void Parameters(ArrayView<int> x, int a, long b, uint c, float d, double e, Plain f, int g)
        => x[0] = a + (int)b + (int)c + (int)d + (int)e + (int)f.Stride + f.Pair.Count + (int)f.Pair.Scale + g;

    [GpuKernel(64)]
    public static void CpuFunctions(ArrayView<float> x)
    {
        var v = x[Group.IdxX];
        x[Group.IdxX] = FastMath.Add(SimdMath.Exp<DeviceScalar, float>(v), FastMath.Add(SimdMath.Log<DeviceScalar, float>(v), FastMath.Add(SimdMath.Tanh<DeviceScalar, float>(v), SimdMath.Softplus<DeviceScalar, float>(v))));
    }

    /// <summary>The accumulators from before are read after: they may not be overwritten.</summary>
    [GpuKernel(128, Architecture = "90a")]
    public static void WgmmaKeepsOld(ArrayView<Float4> target, long a, long b)
    {
        var old = default(Accumulators16);
        old.A = target[Group.IdxX];
        Wgmma.Fence();
        var sum = Wgmma.N32K16(old, (ulong)a, (ulong)b, 1);
        Wgmma.Commit();
        Wgmma.WaitGroup(0);
        target[Group.IdxX] = sum.A;
        target[Group.IdxX + 128] = old.A;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float Outer(float x) => Inner(x, 2) + 1;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float Inner(float x, int n)
    {
        for (var i = 0; i < n; i++)
        {
            x = (x * x) + 1;
        }

        return x;
    }

    internal interface IFunction
    {
        static abstract float Value(float x);
    }

    internal struct Doubled : IFunction
    {
        public static float Value(float x) => x + x;
    }

    internal struct Squared : IFunction
    {
        public static float Value(float x) => x * x;
    }
}
