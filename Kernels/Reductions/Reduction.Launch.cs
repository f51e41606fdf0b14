using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>Launches <see cref="ReductionKernels"/>.</summary>
internal static class ReductionLaunch
{
    /// <summary>Runs a reduction; all has been checked, and there is a result.</summary>
    public static void Run<TReduction>(CudaDevice device, string operation, Tensor x, Tensor? y, in ReductionLayout layout, Tensor output, bool accumulate, double divisor)
        where TReduction : struct, IReduction
    {
        DeviceLaunch.Single(operation, output);
        DeviceLaunch.Same(operation, nameof(x), x, device);
        DeviceLaunch.Same(operation, nameof(y), y ?? x, device);
        var (name, inputs) = (typeof(TReduction).Name, TReduction.Inputs);
        var results = layout.Outer * layout.Columns;
        var isByRows = layout.Columns == 1;
        var chunkSize = isByRows ? ReductionKernels.RowChunk : ReductionKernels.ColumnChunk;
        var chunks = checked((int)Math.Max(1, (layout.Reduced + chunkSize - 1) / chunkSize));
        using var partials = Tensor.Allocate(device, new Shape(results, chunks), DType.Float32);
        var elements = layout.Places(x, y, null, null, secondLacksAxes: y == output && output.Shape.Rank < x.Shape.Rank);
        if (isByRows)
        {
            device.Kernel(RowsName(name)).Launch(new GridSize(results * chunks))
                .View(x).View(y).Struct(elements).View(partials).Long(layout.Reduced).Int(chunks).Int(inputs).Run();
        }
        else
        {
            var blocks = (layout.Columns + ReductionKernels.Threads - 1) / ReductionKernels.Threads;
            device.Kernel(ColumnsName(name)).Launch(new GridSize(layout.Outer * chunks * blocks))
                .View(x).View(y).Struct(elements).View(partials).Long(layout.Reduced).Long(layout.Columns).Int(chunks).Int(inputs).Run();
        }

        device.Kernel(FinishName(name)).Launch(GridSize.Covering(results, ReductionKernels.Threads))
            .View(partials).View(output).Struct(ElementAxes.Of(output.Shape, output, null, null, output)).Long(results).Int(chunks).Float((float)divisor).Int(accumulate ? 1 : 0).Run();
    }

    /// <summary>Adds each maximum's gradient to the first element that is it; all has been checked.</summary>
    public static void MaxGradient(CudaDevice device, Tensor gradient, Tensor x, Tensor maxima, in ReductionLayout layout, Tensor output)
    {
        DeviceLaunch.Single(nameof(ReductionGradient), output);
        DeviceLaunch.Same(nameof(ReductionGradient), nameof(gradient), gradient, device);
        DeviceLaunch.Same(nameof(ReductionGradient), nameof(x), x, device);
        DeviceLaunch.Same(nameof(ReductionGradient), nameof(maxima), maxima, device);
        var results = layout.Reduced == 0 ? 0 : layout.Outer * layout.Columns;
        device.Kernel("ReductionKernels.MaxGradient").Launch(GridSize.Covering(results, ReductionKernels.Threads / 32))
            .View(x).View(maxima).View(gradient).View(output).Struct(layout.Places(x, maxima, gradient, output)).Long(results).Long(layout.Reduced).Long(layout.Columns).Run();
    }

    private static string RowsName(string reduction) => reduction switch
    {
        nameof(Reductions.Sum) => "ReductionKernels.Rows.Sum",
        nameof(Reductions.Dot) => "ReductionKernels.Rows.Dot",
        nameof(Reductions.Max) => "ReductionKernels.Rows.Max",
        nameof(Reductions.Exponentials) => "ReductionKernels.Rows.Exponentials",
        _ => "ReductionKernels.Rows.LogSumExp",
    };

    private static string ColumnsName(string reduction) => reduction switch
    {
        nameof(Reductions.Sum) => "ReductionKernels.Columns.Sum",
        nameof(Reductions.Dot) => "ReductionKernels.Columns.Dot",
        nameof(Reductions.Max) => "ReductionKernels.Columns.Max",
        nameof(Reductions.Exponentials) => "ReductionKernels.Columns.Exponentials",
        _ => "ReductionKernels.Columns.LogSumExp",
    };

    private static string FinishName(string reduction) => reduction switch
    {
        nameof(Reductions.Sum) => "ReductionKernels.Finish.Sum",
        nameof(Reductions.Dot) => "ReductionKernels.Finish.Dot",
        nameof(Reductions.Max) => "ReductionKernels.Finish.Max",
        nameof(Reductions.Exponentials) => "ReductionKernels.Finish.Exponentials",
        _ => "ReductionKernels.Finish.LogSumExp",
    };
}
