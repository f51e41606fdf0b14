using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The gradients of a linear layer on a GPU: two products.</summary>
internal static class LinearBackwardLaunch
{
    private const string Name = nameof(LinearBackward);

    /// <summary>dx (+)= dy · weight.</summary>
    public static void Input(CudaDevice device, Tensor outputGradient, Tensor weight, Tensor inputGradient, bool accumulate)
    {
        DeviceLaunch.Single(Name, outputGradient);
        DeviceLaunch.Same(Name, nameof(outputGradient), outputGradient, device);
        DeviceLaunch.Same(Name, nameof(weight), weight, device);
        if (weight.DType is not (DType.Float32 or DType.BFloat16 or DType.Float16))
        {
            Throw.DTypeMismatch(Name, nameof(weight), "f32, bf16 or f16", weight.DType.Name());
        }

        GemmLaunch.Run(device, new DeviceProduct
        {
            M = checked((int)outputGradient.Shape[0]), N = checked((int)weight.Shape[1]), K = checked((int)weight.Shape[0]),
            A = outputGradient.Address, AStride = GemmLaunch.Stride(outputGradient), B = weight.Address, BStride = weight.Shape[1], ByColumns = true, Format = weight.DType,
            C = inputGradient.Address, CStride = GemmLaunch.Stride(inputGradient), Accumulate = accumulate,
        });
        DeviceLaunch.KeepAlive(outputGradient, weight, inputGradient);
    }

    /// <summary>dweight += dyᵀ · x.</summary>
    public static void Weight(CudaDevice device, Tensor outputGradient, Tensor input, Tensor weightGradient)
    {
        DeviceLaunch.Single(Name, outputGradient);
        DeviceLaunch.Same(Name, nameof(outputGradient), outputGradient, device);
        DeviceLaunch.Same(Name, nameof(input), input, device);
        GemmLaunch.Run(device, new DeviceProduct
        {
            M = checked((int)weightGradient.Shape[0]), N = checked((int)weightGradient.Shape[1]), K = checked((int)input.Shape[0]),
            A = outputGradient.Address, AStride = GemmLaunch.Stride(outputGradient), TransposeA = true,
            B = input.Address, BStride = GemmLaunch.Stride(input), ByColumns = true, Format = DType.Float32,
            C = weightGradient.Address, CStride = weightGradient.Shape[1], Accumulate = true,
        });
        DeviceLaunch.KeepAlive(outputGradient, input, weightGradient);
    }
}
