using System.Buffers;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>Launches <see cref="IndexingKernels"/>.</summary>
internal static class IndexingLaunch
{
    /// <summary>Moves elements; all but the indices' values has been checked.</summary>
    public static void Run(CudaDevice device, bool writesTable, Tensor table, int axis, Tensor indices, Tensor chosen)
    {
        DeviceLaunch.Single(nameof(Indexing), table);
        DeviceLaunch.Same(nameof(Indexing), nameof(indices), indices, device);
        DeviceLaunch.Same(nameof(Indexing), nameof(chosen), chosen, device);
        var (outer, inner) = (1L, 1L);
        for (var i = 0; i < table.Shape.Rank; i++)
        {
            outer *= i < axis ? table.Shape[i] : 1;
            inner *= i > axis ? table.Shape[i] : 1;
        }

        var items = writesTable ? outer * inner : chosen.ElementCount;
        if (chosen.ElementCount > 0)
        {
            device.Kernel(writesTable ? "IndexingKernels.ScatterAdd" : "IndexingKernels.Gather").Launch(GridSize.Covering(items, IndexingKernels.Threads))
                .View(table).View(indices).View(chosen).Struct(ElementAxes.Of(table.Shape, table, null, null, table)).Struct(ElementAxes.Of(chosen.Shape, chosen, indices, chosen, chosen))
                .Long(items).Long(table.Shape[axis]).Long(chosen.Shape[axis]).Long(inner).Run();
        }
    }

    /// <summary>The indices in the processor's memory, to be checked: the elements between the first and the last, whose strides are the tensor's.</summary>
    /// <remarks>Waits for the device: an index outside of the table would read or write what is not the tensor's.</remarks>
    public static unsafe int[] Fetch(Tensor indices)
    {
        var last = 0L;
        for (var i = 0; i < indices.Shape.Rank; i++)
        {
            last += (indices.Shape[i] - 1) * indices.Strides[i];
        }

        var values = ArrayPool<int>.Shared.Rent(checked((int)last + 1));
        fixed (int* target = values)
        {
            indices.Device.CopyToHost(indices.Address, (byte*)target, (last + 1) * sizeof(int));
        }

        return values;
    }
}
