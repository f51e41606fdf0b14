using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

internal static partial class Softmax
{
    private const int LongestOfWarp = 512;

    private static void OnGpu(CudaDevice device, Tensor input, Tensor output)
    {
        DeviceLaunch.Single(nameof(Softmax), output);
        DeviceLaunch.Same(nameof(Softmax), nameof(input), input, device);
        var (x, y) = (new DeviceRows(input), new DeviceRows(output));
        var (rows, width) = (checked((int)x.Rows), checked((int)x.Width));
        if (rows == 0 || width == 0)
        {
            return;
        }

        var isShort = width <= LongestOfWarp;
        var lanes = !isShort && x.IsAligned && y.IsAligned ? 4 : 1;
        device.Kernel(isShort ? "SoftmaxKernels.ForwardShort" : lanes == 4 ? "SoftmaxKernels.ForwardLongVectors" : "SoftmaxKernels.ForwardLong")
            .Launch(isShort ? GridSize.Covering(rows, IRowTeam.Threads / 32) : new GridSize(rows)).Rows(x, lanes).Rows(y, lanes).Int(rows).Int(width).Run();
    }
}
