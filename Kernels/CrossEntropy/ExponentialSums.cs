using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>
/// An item is a token: its largest logit and Σ exp(z - largest) go on over a part of the vocabulary. Exponentials are float32 sums by blocks of 1024 (as in
/// softmax), blocks and parts are added in float64, in order. Deterministic. Twin: <c>LinearCrossEntropyReference</c>.
/// </summary>
internal unsafe struct ExponentialSums : ISimdKernel
{
    public byte* Logits;
    public int Stride;
    public int Columns;
    public int First;
    public double* Maxima;
    public double* Sums;
    public double* TargetLogits;
    public int* Targets;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<TSimd, TVector>(int begin, int end)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (var row = begin; row < end; row++)
        {
            var z = (float*)Logits + ((long)row * Stride);
            var shift = (float)Raise(row, Reduce.Max<TSimd, TVector>(z, Columns));
            Sums[row] += Softmax.Exponentials<TSimd, TVector>(z, shift, 1, null, Columns);
            if (IsHere(row, out var target))
            {
                TargetLogits[row] = z[target];
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
            var largest = double.NegativeInfinity;
            for (var i = 0; i < Columns; i++)
            {
                largest = z[i] > largest ? z[i] : largest;
            }

            var shift = Raise(row, largest);
            var sum = 0.0;
            for (var i = 0; i < Columns; i++)
            {
                sum += DoubleMath.Exp(z[i] - shift);
            }

            Sums[row] += sum;
            if (IsHere(row, out var target))
            {
                TargetLogits[row] = z[target];
            }
        }
    }

    /// <summary>The row's new maximum; what was summed so far is rescaled to it.</summary>
    private readonly double Raise(int row, double largest)
    {
        if (largest > Maxima[row])
        {
            Sums[row] *= DoubleMath.Exp(Maxima[row] - largest);
            Maxima[row] = largest;
        }

        return Maxima[row];
    }

    private readonly bool IsHere(int row, out int target)
    {
        target = Targets[row] - First;
        return (uint)target < (uint)Columns;
    }
}
