using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>The second half of a reduction: the chunks of each result, folded in order, finished and written.</summary>
internal unsafe struct ReductionFinish<TReduction> : ISimdKernel
    where TReduction : struct, IReduction
{
    /// <summary>Results of an item.</summary>
    public const int BlockSize = 256;

    public TReduction Reduction;
    public StridedElements Output;
    public double* Partials;
    public int Chunks;
    public long Results;
    public bool Accumulate;

    /// <inheritdoc/>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TSimd, TVector>(int begin, int end)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var scratch = stackalloc float[BlockSize];
        for (var item = begin; item < end; item++)
        {
            var first = (long)item * BlockSize;
            var count = (int)Math.Min(BlockSize, Results - first);
            var output = Output.Read(first, count, scratch);
            for (var i = 0; i < count; i++)
            {
                var value = (float)Reduction.Finish(Total(first + i), output[i]);
                output[i] = Accumulate ? output[i] + value : value;
            }

            if (output == scratch)
            {
                Output.Write(first, count, output);
            }
        }
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void RunDouble(int begin, int end)
    {
        var scratch = stackalloc double[BlockSize];
        for (var item = begin; item < end; item++)
        {
            var first = (long)item * BlockSize;
            var count = (int)Math.Min(BlockSize, Results - first);
            var output = Output.Read(first, count, scratch);
            for (var i = 0; i < count; i++)
            {
                var value = Reduction.Finish(Total(first + i), output[i]);
                output[i] = Accumulate ? output[i] + value : value;
            }

            if (output == scratch)
            {
                Output.Write(first, count, output);
            }
        }
    }

    private readonly double Total(long result)
    {
        var partials = Partials + (result * Chunks);
        var total = partials[0];
        for (var chunk = 1; chunk < Chunks; chunk++)
        {
            total = TReduction.Fold(total, partials[chunk]);
        }

        return total;
    }
}
