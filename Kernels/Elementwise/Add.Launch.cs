using PlamoNative.Engine;

namespace PlamoNative.Kernels;

internal static partial class Add
{
    private static void OnGpu(CudaDevice device, Tensor left, Tensor right, Tensor output)
    {
        DeviceLaunch.Single(nameof(Add), output);
        var flat = DeviceRows.AreFlat(left, right, output);
        BinaryLaunch.Run(device, "AddKernels.Forward", "AddKernels.ForwardVectors", Rows(left), Rows(right), Rows(output));

        DeviceRows Rows(Tensor tensor)
        {
            DeviceLaunch.Same(nameof(Add), nameof(tensor), tensor, device);
            return flat ? DeviceRows.Flat(tensor) : new DeviceRows(tensor);
        }
    }
}
