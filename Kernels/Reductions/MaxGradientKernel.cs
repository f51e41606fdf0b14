using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>Adds each maximum's gradient to the first element that is the maximum. An item is one maximum: its elements are searched in row-major order.</summary>
internal unsafe struct MaxGradientKernel : ISimdKernel
{
    private const int BlockSize = 256;

    private StridedElements _gradient;
    private StridedElements _x;
    private StridedElements _maxima;
    private StridedElements _output;
    private ReductionLayout _layout;

    /// <summary>Runs the kernel; all has been checked, <paramref name="gradient"/> and <paramref name="maxima"/> are broadcast to <paramref name="x"/>.</summary>
    public static void Run(Tensor gradient, Tensor x, Tensor maxima, int mask, Tensor output)
    {
        var layout = ReductionLayout.Of(output.Shape, mask);
        if (output.Device is CudaDevice device)
        {
            ReductionLaunch.MaxGradient(device, gradient, x, maxima, layout, output);
            return;
        }

        var kernel = new MaxGradientKernel
        {
            _layout = layout, _gradient = layout.Elements(gradient), _x = layout.Elements(x), _maxima = layout.Elements(maxima), _output = layout.Elements(output),
        };
        var items = layout.Reduced == 0 ? 0 : layout.Outer * layout.Columns;
        SimdKernelRunner.Run(OperatorChecks.Workers(nameof(ReductionGradient), output), kernel, output.DType, items, layout.Reduced);

        // The kernel knows addresses only.
        GC.KeepAlive(gradient);
        GC.KeepAlive(x);
        GC.KeepAlive(maxima);
        GC.KeepAlive(output);
    }

    /// <inheritdoc/>
    public void Run<TSimd, TVector>(int begin, int end)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (var item = begin; item < end; item++)
        {
            var at = Find<float>(item);
            if (at >= 0)
            {
                *_output.At<float>(at) += *_gradient.At<float>(at);
            }
        }
    }

    /// <inheritdoc/>
    public void RunDouble(int begin, int end)
    {
        for (var item = begin; item < end; item++)
        {
            var at = Find<double>(item);
            if (at >= 0)
            {
                *_output.At<double>(at) += *_gradient.At<double>(at);
            }
        }
    }

    /// <summary>The number of the first element that equals its maximum, or -1.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private long Find<T>(int item)
        where T : unmanaged, IEquatable<T>
    {
        var scratch = stackalloc T[BlockSize];
        var (outer, column) = Math.DivRem(item, _layout.Columns);
        var first = (outer * _layout.Reduced * _layout.Columns) + column;
        var maximum = *_maxima.At<T>(first);
        var run = _layout.Columns == 1 ? BlockSize : 1;
        for (var r = 0L; r < _layout.Reduced; r += run)
        {
            var at = first + (r * _layout.Columns);
            var count = (int)Math.Min(run, _layout.Reduced - r);
            var x = _x.Read(at, count, scratch);
            for (var i = 0; i < count; i++)
            {
                if (x[i].Equals(maximum))
                {
                    return at + i;
                }
            }
        }

        return -1;
    }
}
