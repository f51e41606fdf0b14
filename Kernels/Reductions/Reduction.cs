using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// Reductions over any axes: tensors of float32 or float64, of any rank and strides. The output has the input's shape without the reduced axes, or with size 1
/// in their place.
/// </summary>
/// <remarks>
/// Orders of summation are in the README beside this file; float32 sums end in float64. Same bits whatever the thread count, the vector width and the strides. Every method throws
/// <see cref="ShapeMismatchException"/> or <see cref="DTypeMismatchException"/> for a misfitting output and <see cref="ArgumentOutOfRangeException"/> for an axis that
/// the input does not have.
/// </remarks>
public static unsafe class Reduction
{
    /// <summary>output (+)= Σ x.</summary>
    public static void Sum(Tensor x, ReadOnlySpan<int> axes, Tensor output, bool accumulate = false) =>
        Run(new Reductions.Sum(1), nameof(Sum), x, null, ReductionChecks.Mask(x, axes), output, accumulate);

    /// <summary>output (+)= the mean of x; NaN of no elements.</summary>
    public static void Mean(Tensor x, ReadOnlySpan<int> axes, Tensor output, bool accumulate = false)
    {
        var mask = ReductionChecks.Mask(x, axes);
        var count = ReductionLayout.Of(x.Shape, mask).Reduced;
        Run(new Reductions.Sum(count), nameof(Mean), x, null, mask, output, accumulate, divisor: count);
    }

    /// <summary>output = the largest x; NaN if one is, -infinity of no elements.</summary>
    public static void Max(Tensor x, ReadOnlySpan<int> axes, Tensor output) =>
        Run(default(Reductions.Max), nameof(Max), x, null, ReductionChecks.Mask(x, axes), output, accumulate: false);

    /// <summary>output = ln Σ e^x, shifted by the maximum; -infinity of no elements.</summary>
    public static void LogSumExp(Tensor x, ReadOnlySpan<int> axes, Tensor output)
    {
        var mask = ReductionChecks.Mask(x, axes);
        Run(default(Reductions.Max), nameof(LogSumExp), x, null, mask, output, accumulate: false);
        Run(default(Reductions.LogSumExp), nameof(LogSumExp), x, output, mask, output, accumulate: false);
    }

    /// <summary>output (+)= Σ x y, y broadcast to x.</summary>
    public static void Dot(Tensor x, Tensor y, ReadOnlySpan<int> axes, Tensor output, bool accumulate = false)
    {
        PointwiseChecks.Input(nameof(Dot), nameof(y), y, x);
        Run(default(Reductions.Dot), nameof(Dot), x, y, ReductionChecks.Mask(x, axes), output, accumulate);
    }

    /// <summary>output (+)= x summed over the axes along which the output would be broadcast to x: the gradient of what was broadcast.</summary>
    public static void SumTo(Tensor x, Tensor output, bool accumulate = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(output);
        if (!PointwiseChecks.IsBroadcastTo(output.Shape, x.Shape))
        {
            Throw.ShapeMismatch(nameof(SumTo), nameof(output), $"a shape that is broadcast to {x.Shape}", output.Shape.ToString());
        }

        var added = x.Shape.Rank - output.Shape.Rank;
        var mask = (1 << added) - 1;
        for (var axis = added; axis < x.Shape.Rank; axis++)
        {
            mask |= output.Shape[axis - added] == 1 && x.Shape[axis] != 1 ? 1 << axis : 0;
        }

        Run(new Reductions.Sum(1), nameof(SumTo), x, null, mask, output, accumulate, isChecked: true);
    }

    /// <summary>Σ e^(x - shift) over the axes whose bits are set.</summary>
    internal static void Exponentials(Tensor x, Tensor shift, int mask, Tensor output) =>
        Run(default(Reductions.Exponentials), nameof(Exponentials), x, shift, mask, output, accumulate: false);

    private static void Run<TReduction>(
        TReduction reduction, string operation, Tensor x, Tensor? y, int mask, Tensor output, bool accumulate, bool isChecked = false, double divisor = 1)
        where TReduction : struct, IReduction
    {
        PointwiseChecks.Output(operation, output);
        PointwiseChecks.SameDType(operation, nameof(x), x, output);
        if (!isChecked)
        {
            ReductionChecks.Output(operation, x.Shape, mask, output);
        }

        var layout = ReductionLayout.Of(x.Shape, mask);
        var results = layout.Outer * layout.Columns;
        if (results == 0)
        {
            return;
        }

        if (output.Device is CudaDevice device)
        {
            ReductionLaunch.Run<TReduction>(device, operation, x, y, layout, output, accumulate, divisor);
            return;
        }

        var workers = OperatorChecks.Workers(operation, output);
        using var scratch = ScratchBuffer.Rent(checked((nint)(2 * results * layout.Chunks)));
        var partials = (double*)scratch.Floats;
        var first = layout.Elements(x);
        var second = y is null ? first : layout.Elements(y, lacksAxes: y == output && output.Shape.Rank < x.Shape.Rank);
        ReductionKernel<TReduction>.Run(workers, output.DType, layout, first, second, partials);
        var finish = new ReductionFinish<TReduction>
        {
            Reduction = reduction, Output = new StridedElements(output), Partials = partials, Chunks = layout.Chunks, Results = results, Accumulate = accumulate,
        };
        const int BlockSize = ReductionFinish<TReduction>.BlockSize;
        SimdKernelRunner.Run(workers, finish, output.DType, (results + BlockSize - 1) / BlockSize, Math.Min(results, BlockSize) * layout.Chunks);

        // The kernels know addresses only.
        GC.KeepAlive(x);
        GC.KeepAlive(y);
        GC.KeepAlive(output);
    }
}
