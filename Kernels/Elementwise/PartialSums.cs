using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// target[i] += partial[0][i] + partial[1][i] + …: the second half of a weight gradient. The first half sums fixed blocks of tokens, each by whichever thread
/// takes it; here the blocks' sums are added in order, so the result depends on the shape alone.
/// </summary>
internal unsafe struct PartialSums : ISimdKernel
{
    /// <summary>Tokens whose contributions are one partial sum; a contract, as changing it changes bits.</summary>
    public const int TokensABlock = 64;

    private const int BlockSize = 256;

    private byte* _partials;
    private byte* _target;
    private int _count;
    private int _width;

    /// <summary>Number of partial sums for so many tokens.</summary>
    public static int Blocks(long tokens) => checked((int)((tokens + TokensABlock - 1) / TokensABlock));

    /// <summary>Adds <paramref name="count"/> rows of <paramref name="width"/> elements to the target.</summary>
    public static void AddTo(WorkerPool workers, DType dtype, void* partials, int count, int width, void* target)
    {
        var kernel = new PartialSums { _partials = (byte*)partials, _target = (byte*)target, _count = count, _width = width };
        SimdKernelRunner.Run(workers, kernel, dtype, count == 0 ? 0 : (width + BlockSize - 1) / BlockSize, (long)count * Math.Min(BlockSize, width));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<TSimd, TVector>(int begin, int end)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var last = Math.Min(end * BlockSize, _width);
        var first = begin * BlockSize;
        var whole = first + ((last - first) & -TSimd.Count);
        Columns<TSimd, TVector>(first, whole);
        Columns<SimdScalar, float>(whole, last);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void RunDouble(int begin, int end)
    {
        var last = Math.Min(end * BlockSize, _width);
        for (var i = begin * BlockSize; i < last; i++)
        {
            var sum = ((double*)_partials)[i];
            for (var block = 1; block < _count; block++)
            {
                sum += ((double*)_partials)[((long)block * _width) + i];
            }

            ((double*)_target)[i] += sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Columns<TSimd, TVector>(int first, int last)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var target = (float*)_target;
        for (var i = first; i < last; i += TSimd.Count)
        {
            var partial = (float*)_partials + i;
            var sum = TSimd.Load(partial);
            for (var block = 1; block < _count; block++)
            {
                partial += _width;
                sum = TSimd.Add(sum, TSimd.Load(partial));
            }

            TSimd.Store(TSimd.Add(TSimd.Load(target + i), sum), target + i);
        }
    }
}
