using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>Launches <see cref="MovingAverageKernels"/>.</summary>
internal static class MovingAverageLaunch
{
    /// <summary>target += factor (source - target); shapes and types have been checked.</summary>
    public static void Run(CudaDevice device, string operation, Tensor target, Tensor source, double factor)
    {
        DeviceLaunch.Single(operation, target);
        DeviceLaunch.Same(operation, nameof(source), source, device);
        var flat = DeviceRows.AreFlat(target, source);
        var (to, from) = flat ? (DeviceRows.Flat(target), DeviceRows.Flat(source)) : (new DeviceRows(target), new DeviceRows(source));
        var lanes = to.IsAligned && from.IsAligned ? 4 : 1;
        var tiles = RowTiles.Of(to.Rows, to.Width / lanes);
        device.Kernel(lanes == 4 ? "MovingAverageKernels.StepVectors" : "MovingAverageKernels.Step")
            .Launch(new GridSize(tiles.Blocks)).Rows(to, lanes).Rows(from, lanes).Float((float)factor).Struct(tiles).Run();
    }
}
