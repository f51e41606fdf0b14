using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>
/// An item is a token: its logits become <c>factor · exp(z - L) - unit · onehot</c>. L is float64: what rounding it to float32 loses goes into the factor, since
/// an error of L is an error of every probability. Deterministic; no element depends on another.
/// </summary>
internal unsafe struct LogitGradients : ISimdKernel
{
    public byte* Logits;
    public int Stride;
    public int Columns;
    public int First;
    public double* LogSumExps;
    public double* Factors;
    public int* Targets;
    public double Unit;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<TSimd, TVector>(int begin, int end)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (var row = begin; row < end; row++)
        {
            var z = (float*)Logits + ((long)row * Stride);
            var shift = (float)LogSumExps[row];
            var factor = (float)(Factors[row] * DoubleMath.Exp(shift - LogSumExps[row]));
            var whole = Columns & -TSimd.Count;
            Elements<TSimd, TVector>(z, shift, factor, 0, whole);
            Elements<SimdScalar, float>(z, shift, factor, whole, Columns);
            var target = Targets[row] - First;
            if ((uint)target < (uint)Columns)
            {
                z[target] -= (float)Unit;
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void RunDouble(int begin, int end)
    {
        for (var row = begin; row < end; row++)
        {
            var z = (double*)Logits + ((long)row * Stride);
            for (var i = 0; i < Columns; i++)
            {
                z[i] = Factors[row] * DoubleMath.Exp(z[i] - LogSumExps[row]);
            }

            var target = Targets[row] - First;
            if ((uint)target < (uint)Columns)
            {
                z[target] -= Unit;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Elements<TSimd, TVector>(float* z, float shift, float factor, int begin, int end)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var (shifts, factors) = (TSimd.Create(shift), TSimd.Create(factor));
        for (var i = begin; i < end; i += TSimd.Count)
        {
            TSimd.Store(TSimd.Multiply(SimdMath.Exp<TSimd, TVector>(TSimd.Subtract(TSimd.Load(z + i), shifts)), factors), z + i);
        }
    }
}
