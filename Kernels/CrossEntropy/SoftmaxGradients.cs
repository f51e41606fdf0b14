using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>
/// An item is a token, all logits of which are here: they become <c>factor · exp(z - max) - unit · onehot</c> with factor = unit (1 + 2 w L) / Σ exp(z - max).
/// The largest logit is a float, so nothing is lost by the shift. Exponentials are summed as in <see cref="Softmax"/>. Deterministic; tokens are independent.
/// </summary>
internal unsafe struct SoftmaxGradients : ISimdKernel
{
    public byte* Logits;
    public int Columns;
    public double* LogSumExps;
    public double* TargetLogits;
    public int* Targets;
    public double Unit;
    public double ZLossWeight;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<TSimd, TVector>(int begin, int end)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (var row = begin; row < end; row++)
        {
            var z = (float*)Logits + ((long)row * Columns);
            var target = Targets[row];
            TargetLogits[row] = z[target];
            var largest = Reduce.Max<TSimd, TVector>(z, Columns);
            var factor = (float)Factor(row, largest, Softmax.Exponentials<TSimd, TVector>(z, largest, 1, z, Columns));
            var whole = Columns & -TSimd.Count;
            Multiply<TSimd, TVector>(z, factor, 0, whole);
            Multiply<SimdScalar, float>(z, factor, whole, Columns);
            z[target] -= (float)Unit;
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void RunDouble(int begin, int end)
    {
        for (var row = begin; row < end; row++)
        {
            var z = (double*)Logits + ((long)row * Columns);
            var target = Targets[row];
            TargetLogits[row] = z[target];
            var largest = double.NegativeInfinity;
            for (var i = 0; i < Columns; i++)
            {
                largest = z[i] > largest ? z[i] : largest;
            }

            var sum = 0.0;
            for (var i = 0; i < Columns; i++)
            {
                sum += z[i] = DoubleMath.Exp(z[i] - largest);
            }

            var factor = Factor(row, largest, sum);
            for (var i = 0; i < Columns; i++)
            {
                z[i] *= factor;
            }

            z[target] -= Unit;
        }
    }

    /// <summary>Leaves L and returns what makes gradients of exponentials.</summary>
    private readonly double Factor(int row, double largest, double sum)
    {
        var log = largest + DoubleMath.Log(sum);
        LogSumExps[row] = log;
        return Unit * (1 + (2 * ZLossWeight * log)) / sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<TSimd, TVector>(float* z, float factor, int begin, int end)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var factors = TSimd.Create(factor);
        for (var i = begin; i < end; i += TSimd.Count)
        {
            TSimd.Store(TSimd.Multiply(TSimd.Load(z + i), factors), z + i);
        }
    }
}
