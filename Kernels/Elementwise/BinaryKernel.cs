using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>
/// output[r, i] = f(left[r, i], right[r, i]). An item is a block of <see cref="BlockSize"/> elements of a row, so that one wide row (a decode step) still
/// feeds all threads. Deterministic: no element depends on another.
/// </summary>
internal unsafe struct BinaryKernel<TOperator> : ISimdKernel
    where TOperator : struct, IBinaryOperator
{
    /// <summary>Elements of an item.</summary>
    public const int BlockSize = 2048;

    public RowView Left;
    public RowView Right;
    public RowView Output;

    /// <summary>Blocks in a row.</summary>
    public readonly int Blocks => (Output.Width + BlockSize - 1) / BlockSize;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<TSimd, TVector>(int begin, int end)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var blocks = Blocks;
        for (var item = begin; item < end; item++)
        {
            var (row, block) = Math.DivRem(item, blocks);
            var first = block * BlockSize;
            var count = Math.Min(BlockSize, Output.Width - first);
            var left = (float*)Left.Row(row) + first;
            var right = (float*)Right.Row(row) + first;
            var output = (float*)Output.Row(row) + first;
            var i = 0;
            for (; i <= count - TSimd.Count; i += TSimd.Count)
            {
                TSimd.Store(TOperator.Invoke<TSimd, TVector>(TSimd.Load(left + i), TSimd.Load(right + i)), output + i);
            }

            for (; i < count; i++)
            {
                output[i] = TOperator.Invoke<SimdScalar, float>(left[i], right[i]);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void RunDouble(int begin, int end)
    {
        var blocks = Blocks;
        for (var item = begin; item < end; item++)
        {
            var (row, block) = Math.DivRem(item, blocks);
            var last = Math.Min((block + 1) * BlockSize, Output.Width);
            var left = (double*)Left.Row(row);
            var right = (double*)Right.Row(row);
            var output = (double*)Output.Row(row);
            for (var i = block * BlockSize; i < last; i++)
            {
                output[i] = TOperator.Invoke(left[i], right[i]);
            }
        }
    }
}
