using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>The end of the scan: skip and gate.</summary>
internal static unsafe class ScanGate
{
    /// <summary><c>output = (y + d x) SiLU(z)</c> over <paramref name="count"/> neighbours.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Apply<TSimd, TVector>(float* y, float* x, float* z, float d, int count, float* output)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var i = 0;
        for (; i + TSimd.Count <= count; i += TSimd.Count)
        {
            var sum = TSimd.Fma(TSimd.Create(d), TSimd.Load(x + i), TSimd.Load(y + i));
            TSimd.Store(TSimd.Multiply(sum, SimdMath.Silu<TSimd, TVector>(TSimd.Load(z + i))), output + i);
        }

        for (; i < count; i++)
        {
            output[i] = MathF.FusedMultiplyAdd(d, x[i], y[i]) * SimdMath.Silu(z[i]);
        }
    }
}
