using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// Reductions on a GPU over a shape seen as [outer, reduced, columns] (<see cref="ReductionLayout"/>), in two launches: partial results [results, chunks], then the chunks of each in
/// order. x and y have strides of their own, f32; inputs is 2 where y counts. Orders of sums depend on the shape alone. Twin: <see cref="Reduction"/> on the processor.
/// </summary>
internal static class ReductionKernels
{
    /// <summary>Threads of a block.</summary>
    public const int Threads = 256;

    /// <summary>Elements of a row that are one partial result.</summary>
    public const int RowChunk = 16384;

    /// <summary>Rows of columns that are one partial result.</summary>
    public const int ColumnChunk = 256;

    /// <summary>Rows: a block folds a chunk, threads by halves at the end. Grid: results · chunks.</summary>
    [GpuKernel(Threads)]
    [GpuKernelVariant("Sum", typeof(DeviceReductions.Sum))]
    [GpuKernelVariant("Dot", typeof(DeviceReductions.Dot))]
    [GpuKernelVariant("Max", typeof(DeviceReductions.Max))]
    [GpuKernelVariant("Exponentials", typeof(DeviceReductions.Exponentials))]
    [GpuKernelVariant("LogSumExp", typeof(DeviceReductions.LogSumExp))]
    public static void Rows<TReduction>(ArrayView<float> x, ArrayView<float> y, ElementLayout layout, ArrayView<float> partials, long reduced, int chunks, int inputs)
        where TReduction : struct, IDeviceReduction
    {
        var shared = SharedMemory.Allocate<float>(Threads);
        var result = (int)((uint)Grid.IdxX / (uint)chunks);
        var begin = (long)(Grid.IdxX - (result * chunks)) * RowChunk;
        var end = reduced - begin < RowChunk ? reduced : begin + RowChunk;
        var total = TReduction.Start;
        for (var i = begin + Group.IdxX; i < end; i += Threads)
        {
            var places = ElementLayout.At(layout, (result * reduced) + i);
            total = TReduction.Fold(total, TReduction.Map(x[places.X], inputs > 1 ? y[places.Y] : 0f));
        }

        shared[Group.IdxX] = total;
        for (var half = Threads / 2; half > 0; half >>= 1)
        {
            Group.Barrier();
            if (Group.IdxX < half)
            {
                shared[Group.IdxX] = TReduction.Fold(shared[Group.IdxX], shared[Group.IdxX + half]);
            }
        }

        if (Group.IdxX == 0)
        {
            partials[Grid.IdxX] = shared[0];
        }
    }

    /// <summary>Columns: a thread folds a chunk of one column. Grid: outer · chunks · columns / 256.</summary>
    [GpuKernel(Threads)]
    [GpuKernelVariant("Sum", typeof(DeviceReductions.Sum))]
    [GpuKernelVariant("Dot", typeof(DeviceReductions.Dot))]
    [GpuKernelVariant("Max", typeof(DeviceReductions.Max))]
    [GpuKernelVariant("Exponentials", typeof(DeviceReductions.Exponentials))]
    [GpuKernelVariant("LogSumExp", typeof(DeviceReductions.LogSumExp))]
    public static void Columns<TReduction>(ArrayView<float> x, ArrayView<float> y, ElementLayout layout, ArrayView<float> partials, long reduced, long columns, int chunks, int inputs)
        where TReduction : struct, IDeviceReduction
    {
        var blocks = (int)((columns + Threads - 1) / Threads);
        var group = (int)((uint)Grid.IdxX / (uint)blocks);
        var column = ((long)(Grid.IdxX - (group * blocks)) * Threads) + Group.IdxX;
        if (column >= columns)
        {
            return;
        }

        var outer = (int)((uint)group / (uint)chunks);
        var chunk = group - (outer * chunks);
        var begin = (long)chunk * ColumnChunk;
        var end = reduced - begin < ColumnChunk ? reduced : begin + ColumnChunk;
        var total = TReduction.Start;
        for (var r = begin; r < end; r++)
        {
            var places = ElementLayout.At(layout, (((outer * reduced) + r) * columns) + column);
            total = TReduction.Fold(total, TReduction.Map(x[places.X], inputs > 1 ? y[places.Y] : 0f));
        }

        partials[(((outer * columns) + column) * chunks) + chunk] = total;
    }

    /// <summary>output[result] (+)= the folded chunks, finished. Grid: results / 256.</summary>
    [GpuKernel(Threads)]
    [GpuKernelVariant("Sum", typeof(DeviceReductions.Sum))]
    [GpuKernelVariant("Dot", typeof(DeviceReductions.Dot))]
    [GpuKernelVariant("Max", typeof(DeviceReductions.Max))]
    [GpuKernelVariant("Exponentials", typeof(DeviceReductions.Exponentials))]
    [GpuKernelVariant("LogSumExp", typeof(DeviceReductions.LogSumExp))]
    public static void Finish<TReduction>(ArrayView<float> partials, ArrayView<float> output, ElementLayout layout, long results, int chunks, float divisor, int accumulate)
        where TReduction : struct, IDeviceReduction
    {
        var result = ((long)Grid.IdxX * Threads) + Group.IdxX;
        if (result >= results)
        {
            return;
        }

        var total = partials[result * chunks];
        for (var chunk = 1; chunk < chunks; chunk++)
        {
            total = TReduction.Fold(total, partials[(result * chunks) + chunk]);
        }

        var place = ElementLayout.At(layout, result).Output;
        var held = output[place];
        var value = TReduction.Finish(total, held, divisor);
        output[place] = accumulate != 0 ? FastMath.Add(held, value) : value;
    }

    /// <summary>output[i] += gradient of the maximum, i being the first of its elements that equals it. A warp a maximum; x, gradient and maxima broadcast to x. Grid: results / 8.</summary>
    [GpuKernel(Threads)]
    public static void MaxGradient(
        ArrayView<float> x, ArrayView<float> maxima, ArrayView<float> gradient, ArrayView<float> output, ElementLayout layout, long results, long reduced, long columns)
    {
        var result = ((long)Grid.IdxX * (Threads / 32)) + (Group.IdxX >> 5);
        if (result >= results)
        {
            return;
        }

        var lane = Group.IdxX & 31;
        var outer = (long)((ulong)result / (ulong)columns);
        var first = (outer * reduced * columns) + (result - (outer * columns));
        var maximum = maxima[ElementLayout.At(layout, first).Y];
        var isNaN = !(maximum <= float.PositiveInfinity);
        for (var r = 0L; r < reduced; r += 32)
        {
            var places = ElementLayout.At(layout, first + ((r + lane < reduced ? r + lane : r) * columns));
            var value = x[places.X];
            var isFound = r + lane < reduced && (value == maximum || (isNaN && !(value <= float.PositiveInfinity)));
            var found = WarpOperations.Ballot(isFound);
            if (found != 0)
            {
                // The lowest lane.
                if (isFound && (found & ((1u << lane) - 1u)) == 0)
                {
                    output[places.Output] = FastMath.Add(output[places.Output], gradient[places.Z]);
                }

                return;
            }
        }
    }
}
