using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// target[r, i] = f(target[r, i], source[r, i], factor), rows of both strided as they like. An item is a block of a row. Deterministic: no element depends on
/// another.
/// </summary>
internal unsafe struct InPlaceKernel<TOperator> : ISimdKernel
    where TOperator : struct, IInPlaceOperator
{
    private const int BlockSize = 2048;

    private RowView _target;
    private RowView _source;
    private double _factor;

    /// <summary>Runs the function over two tensors of one shape and type, checked here.</summary>
    public static void Run(string operation, Tensor target, Tensor source, double factor)
    {
        OperatorChecks.Activation(operation, nameof(target), target);
        OperatorChecks.Activation(operation, nameof(source), source, target.Shape, target.DType);
        var flat = target.IsContiguous && source.IsContiguous && target.ElementCount <= int.MaxValue;
        var kernel = new InPlaceKernel<TOperator>
        {
            _target = flat ? RowView.Flat(target) : new RowView(target),
            _source = flat ? RowView.Flat(source) : new RowView(source),
            _factor = factor,
        };
        var items = kernel._target.Width == 0 ? 0 : kernel._target.Rows * kernel.Blocks;
        SimdKernelRunner.Run(OperatorChecks.Workers(operation, target), kernel, target.DType, items, Math.Min(BlockSize, kernel._target.Width));
    }

    private readonly int Blocks => (_target.Width + BlockSize - 1) / BlockSize;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<TSimd, TVector>(int begin, int end)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var (factor, factors) = ((float)_factor, TSimd.Create((float)_factor));
        for (var item = begin; item < end; item++)
        {
            var (row, first, count) = Block(item);
            var target = (float*)_target.Row(row) + first;
            var source = (float*)_source.Row(row) + first;
            var i = 0;
            for (; i <= count - TSimd.Count; i += TSimd.Count)
            {
                TSimd.Store(TOperator.Invoke<TSimd, TVector>(TSimd.Load(target + i), TSimd.Load(source + i), factors), target + i);
            }

            for (; i < count; i++)
            {
                target[i] = TOperator.Invoke<SimdScalar, float>(target[i], source[i], factor);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void RunDouble(int begin, int end)
    {
        for (var item = begin; item < end; item++)
        {
            var (row, first, count) = Block(item);
            var target = (double*)_target.Row(row) + first;
            var source = (double*)_source.Row(row) + first;
            for (var i = 0; i < count; i++)
            {
                target[i] = TOperator.Invoke(target[i], source[i], _factor);
            }
        }
    }

    private readonly (long Row, int First, int Count) Block(int item)
    {
        var (row, block) = Math.DivRem(item, Blocks);
        var first = block * BlockSize;
        return (row, first, Math.Min(BlockSize, _target.Width - first));
    }
}
