using PlamoNative.Engine;

namespace PlamoNative.Kernels;

public static unsafe partial class Casting
{
    private static void OnGpu(CudaDevice device, Tensor input, Tensor output)
    {
        DeviceLaunch.Same(nameof(Casting), nameof(input), input, device);
        var widens = output.DType == DType.Float32;
        var (wide, narrow) = widens ? (output, input) : (input, output);
        var count = input.ElementCount;
        var isVector = count % 4 == 0 && wide.Address % 16 == 0 && narrow.Address % 8 == 0;
        var isBf16 = narrow.DType == DType.BFloat16;
        var name = (widens, isVector, isBf16) switch
        {
            (true, true, true) => "CastingKernels.Widen.bf16",
            (true, true, false) => "CastingKernels.Widen.f16",
            (true, false, true) => "CastingKernels.WidenEach.bf16",
            (true, false, false) => "CastingKernels.WidenEach.f16",
            (false, true, true) => "CastingKernels.Narrow.bf16",
            (false, true, false) => "CastingKernels.Narrow.f16",
            (false, false, true) => "CastingKernels.NarrowEach.bf16",
            _ => "CastingKernels.NarrowEach.f16",
        };
        device.Kernel(name).Launch(GridSize.Covering(isVector ? count / 4 : count, CastingKernels.Threads)).Vectors(input, isVector ? 4 : 1).Vectors(output, isVector ? 4 : 1).Long(count).Run();
    }
}
