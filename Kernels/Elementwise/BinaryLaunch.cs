using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>Launches a kernel of <see cref="RowFunctions.Binary"/>'s parameters.</summary>
internal static class BinaryLaunch
{
    /// <summary>Takes the 16-byte kernel where all rows allow it.</summary>
    public static void Run(CudaDevice device, string scalar, string vectors, in DeviceRows left, in DeviceRows right, in DeviceRows output)
    {
        var lanes = left.IsAligned && right.IsAligned && output.IsAligned ? 4 : 1;
        var tiles = RowTiles.Of(output.Rows, output.Width / lanes);
        device.Kernel(lanes == 4 ? vectors : scalar).Launch(new GridSize(tiles.Blocks)).Rows(left, lanes).Rows(right, lanes).Rows(output, lanes).Struct(tiles).Run();
    }
}
