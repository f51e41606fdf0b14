using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>Launches <see cref="GatherKernels"/>.</summary>
internal static class GatherLaunch
{
    /// <summary>output[r] = widen(table[rows[r]]); the rows have been checked.</summary>
    /// <param name="device">Where.</param>
    /// <param name="table">Any storage but float64; rows dense.</param>
    /// <param name="stride">Elements from a row to the next.</param>
    /// <param name="rows">Which.</param>
    /// <param name="output">[rows, width], dense, float32.</param>
    public static void Run(CudaDevice device, Tensor table, long stride, ReadOnlySpan<int> rows, Tensor output)
    {
        var width = output.Shape[1];
        if (rows.IsEmpty || width == 0)
        {
            return;
        }

        using var places = device.Upload(rows);
        if (table.DType == DType.Float32 && width % 4 == 0 && stride % 4 == 0 && table.Address % 16 == 0 && output.Address % 16 == 0)
        {
            var vectors = RowTiles.Of(rows.Length, width / 4);
            device.Kernel("GatherKernels.SingleVectors").Launch(new GridSize(vectors.Blocks))
                .View(table.Address, table.ElementCount / 4).Long(stride / 4).View(places).Vectors(output, 4).Struct(vectors).Run();
            return;
        }

        var tiles = RowTiles.Of(rows.Length, width);
        device.Kernel(Name(table)).Launch(new GridSize(tiles.Blocks)).View(table).Long(stride).View(places).View(output).Struct(tiles).Run();
    }

    private static string Name(Tensor table) => table.DType switch
    {
        DType.Float32 => "GatherKernels.Rows.f32",
        DType.BFloat16 => "GatherKernels.Rows.bf16",
        DType.Float16 => "GatherKernels.Rows.f16",
        DType.Q8_0 => "GatherKernels.Rows.q8_0",
        DType.Q4_0 => "GatherKernels.Rows.q4_0",
        DType.Q4_K => "GatherKernels.Rows.q4_k",
        DType.Q5_K => "GatherKernels.Rows.q5_k",
        DType.Q6_K => "GatherKernels.Rows.q6_k",
        _ => throw new DTypeMismatchException(nameof(TensorWeight.Gather), nameof(table), "a float of at most 32 bits or a block type on a GPU", table.DType.Name()),
    };
}
