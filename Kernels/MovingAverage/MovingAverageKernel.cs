using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>target += factor (source - target), rows of both strided as they like. An item is a block of a row; no element depends on another.</summary>
internal unsafe struct MovingAverageKernel : ISimdKernel
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
        if (target.Device is CudaDevice device)
        {
            MovingAverageLaunch.Run(device, operation, target, source, factor);
            return;
        }

        var flat = target.IsContiguous && source.IsContiguous && target.ElementCount <= int.MaxValue;
        var kernel = new MovingAverageKernel
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
                var average = TSimd.Load(target + i);
                TSimd.Store(TSimd.Fma(factors, TSimd.Subtract(TSimd.Load(source + i), average), average), target + i);
            }

            for (; i < count; i++)
            {
                target[i] = MathF.FusedMultiplyAdd(factor, source[i] - target[i], target[i]);
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
                target[i] = Math.FusedMultiplyAdd(_factor, source[i] - target[i], target[i]);
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
