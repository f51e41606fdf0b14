using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>Launches <see cref="CastingKernels"/>.</summary>
internal static class CastingLaunch
{
    /// <summary>Converts every element; shapes and types have been checked.</summary>
    public static void Run(CudaDevice device, Tensor input, Tensor output)
    {
        var widens = output.DType == DType.Float32;
        var name = ((widens ? input : output).DType, widens) switch
        {
            (DType.BFloat16, true) => "CastingKernels.Widen.bf16",
            (DType.BFloat16, false) => "CastingKernels.Narrow.bf16",
            (_, true) => "CastingKernels.Widen.f16",
            _ => "CastingKernels.Narrow.f16",
        };
        device.Kernel(name).Launch(GridSize.Covering(input.ElementCount, CastingKernels.Block)).View(input).View(output).Run();
    }
}
