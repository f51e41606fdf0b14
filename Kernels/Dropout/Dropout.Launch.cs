using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

public static partial class Dropout
{
    private static void OnGpu(CudaDevice device, Tensor input, double probability, ulong seed, ulong key, Tensor output)
    {
        DeviceLaunch.Single(nameof(Dropout), output);
        DeviceLaunch.Same(nameof(Dropout), nameof(input), input, device);
        var (x, y) = (new DeviceRows(input), new DeviceRows(output));
        var lanes = x.IsAligned && y.IsAligned ? 4 : 1;
        var tiles = RowTiles.Of(y.Rows, y.Width / lanes);
        device.Kernel(lanes == 4 ? "DropoutKernels.ApplyVectors" : "DropoutKernels.Apply").Launch(new GridSize(tiles.Blocks))
            .Rows(x, lanes).Rows(y, lanes).Long((long)seed).Long((long)key).UInt((uint)(probability * 4294967296.0)).Float((float)(1 / (1 - probability))).Struct(tiles).Run();
    }
}
