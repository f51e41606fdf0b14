using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

internal static partial class SwiGlu
{
    private static void OnGpu(CudaDevice device, Tensor gateUp, Tensor output)
    {
        DeviceLaunch.Single(nameof(SwiGlu), output);
        DeviceLaunch.Same(nameof(SwiGlu), nameof(gateUp), gateUp, device);
        var (rows, width) = (new DeviceRows(gateUp), output.Shape[1]);
        BinaryLaunch.Run(device, "SwiGluKernels.Forward", "SwiGluKernels.ForwardVectors", rows.Part(0, width), rows.Part(width, width), new DeviceRows(output));
    }
}

public static partial class SwiGluBackward
{
    private static void OnGpu(CudaDevice device, Tensor gateUp, Tensor outputGradient, Tensor gradient)
    {
        DeviceLaunch.Single(nameof(SwiGluBackward), gradient);
        DeviceLaunch.Same(nameof(SwiGluBackward), nameof(gateUp), gateUp, device);
        DeviceLaunch.Same(nameof(SwiGluBackward), nameof(outputGradient), outputGradient, device);
        var (input, dy, to) = (new DeviceRows(gateUp), new DeviceRows(outputGradient), new DeviceRows(gradient));
        var lanes = input.IsAligned && dy.IsAligned && to.IsAligned ? 4 : 1;
        var tiles = RowTiles.Of(dy.Rows, dy.Width / lanes);
        device.Kernel(lanes == 4 ? "SwiGluKernels.BackwardVectors" : "SwiGluKernels.Backward")
            .Launch(new GridSize(tiles.Blocks)).Rows(input, lanes).Rows(dy, lanes).Rows(to, lanes).Struct(tiles).Run();
    }
}
