using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// output[r] += Σ_k left[r · RowStep + k · TermStep] · right[k] in float64, plain, for the gradients of the exact mode. An item is a row of the output; each
/// element is one chain of fused multiply-adds over k.
/// </summary>
internal unsafe struct DoubleProduct : IRangeKernel
{
    public double* Left;
    public long RowStep;
    public long TermStep;
    public int Terms;
    public double* Right;
    public double* Output;
    public int Width;

    /// <summary>Elements between rows of the output; 0: the width.</summary>
    public long OutputStride;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int begin, int end, int worker)
    {
        for (var row = begin; row < end; row++)
        {
            var output = Output + (row * (OutputStride == 0 ? Width : OutputStride));
            for (var k = 0; k < Terms; k++)
            {
                var factor = Left[(row * RowStep) + (k * TermStep)];
                var right = Right + ((long)k * Width);
                for (var i = 0; i < Width; i++)
                {
                    output[i] = Math.FusedMultiplyAdd(factor, right[i], output[i]);
                }
            }
        }
    }
}
