using PlamoNative.Engine;

namespace PlamoNative.Kernels;

public static partial class CausalConv1dBackward
{
    private static void OnGpu(
        CudaDevice device, Tensor input, Tensor weight, SequenceOffsets offsets, Tensor outputGradient, Tensor inputGradient, Tensor weightGradient, int channels, int taps)
    {
        const string Name = nameof(CausalConv1dBackward);
        DeviceLaunch.Single(Name, inputGradient);
        DeviceLaunch.Same(Name, nameof(input), input, device);
        DeviceLaunch.Same(Name, nameof(weight), weight, device);
        DeviceLaunch.Same(Name, nameof(outputGradient), outputGradient, device);
        DeviceLaunch.Same(Name, nameof(weightGradient), weightGradient, device);
        var heads = input.Shape.Rank == 3 ? checked((int)input.Shape[1]) : 1;
        var runs = (offsets.TokenCount + CausalConv1dBackwardKernels.Tokens - 1) / CausalConv1dBackwardKernels.Tokens;
        var blocks = (channels + CausalConv1dBackwardKernels.Channels - 1) / CausalConv1dBackwardKernels.Channels;
        using var borders = device.Upload(offsets.Span);
        using var partials = Tensor.Allocate(device, new Shape(runs, channels, taps), DType.Float32);
        device.Kernel("CausalConv1dBackwardKernels.Run").Launch(new GridSize((long)runs * blocks))
            .Heads(input, 1).View(weight).View(borders).View(outputGradient).Heads(inputGradient, 1).View(partials)
            .Int(offsets.Count).Int(heads).Int(channels / heads).Int(taps).Run();
        PartialSumsLaunch.AddTo(device, partials, runs, checked(channels * taps), weightGradient);
    }
}
