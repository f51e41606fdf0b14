using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

internal static partial class RmsNorm
{
    // Up to this width a warp reads a row in eight steps of 16 bytes or fewer: more threads would mostly wait for each other.
    private const int LongestOfWarp = 1024;

    private static void OnGpu(CudaDevice device, Tensor input, Tensor weight, int heads, double offset, double epsilon, Tensor output)
    {
        DeviceLaunch.Single(nameof(RmsNorm), output);
        DeviceLaunch.Same(nameof(RmsNorm), nameof(input), input, device);
        DeviceLaunch.Same(nameof(RmsNorm), nameof(weight), weight, device);
        var width = checked((int)input.Shape[^1]);
        var rows = checked((int)(input.Shape[0] * heads));
        if (width == 0 || rows == 0)
        {
            return;
        }

        var lanes = DeviceLaunch.IsAligned(input) && DeviceLaunch.IsAligned(output) && weight.Address % 16 == 0 ? 4 : 1;
        var isShort = width <= LongestOfWarp;
        var name = isShort
            ? lanes == 4 ? "RmsNormKernels.ForwardShortVectors" : "RmsNormKernels.ForwardShort"
            : lanes == 4 ? "RmsNormKernels.ForwardLongVectors" : "RmsNormKernels.ForwardLong";
        device.Kernel(name).Launch(isShort ? GridSize.Covering(rows, IRowTeam.Threads / 32) : new GridSize(rows))
            .Heads(input, lanes).Vectors(weight, lanes).Heads(output, lanes).Int(rows).Int(heads).Int(width).Float((float)offset).Float((float)epsilon).Run();
    }
}

public static partial class RmsNormBackward
{
    // Below this width a vector a thread would leave most threads of a block without a column.
    private const int NarrowestOfVectors = 768;

    private static void OnGpu(
        CudaDevice device, Tensor input, Tensor weight, int heads, double offset, double epsilon, Tensor outputGradient, Tensor inputGradient, bool accumulate, Tensor weightGradient)
    {
        const string Name = nameof(RmsNormBackward);
        DeviceLaunch.Single(Name, inputGradient);
        DeviceLaunch.Same(Name, nameof(input), input, device);
        DeviceLaunch.Same(Name, nameof(weight), weight, device);
        DeviceLaunch.Same(Name, nameof(outputGradient), outputGradient, device);
        DeviceLaunch.Same(Name, nameof(weightGradient), weightGradient, device);
        var tokens = checked((int)input.Shape[0]);
        var width = checked((int)input.Shape[^1]);
        var tokensABlock = TokensABlock(tokens, heads);
        var blocks = (tokens + tokensABlock - 1) / tokensABlock;
        using var partials = Tensor.Allocate(device, new Shape(blocks, heads, width), DType.Float32);
        var lanes = width >= NarrowestOfVectors && DeviceLaunch.IsAligned(input) && DeviceLaunch.IsAligned(outputGradient) && DeviceLaunch.IsAligned(inputGradient)
            && weight.Address % 16 == 0 ? 4 : 1;
        device.Kernel(lanes == 4 ? "RmsNormBackwardKernels.RunVectors" : "RmsNormBackwardKernels.Run").Launch(new GridSize((long)blocks * heads))
            .Heads(input, lanes).Heads(outputGradient, lanes).Heads(inputGradient, lanes).Vectors(weight, lanes).Vectors(partials, lanes)
            .Int(tokens).Int(tokensABlock).Int(heads).Int(width).Float((float)offset).Float((float)epsilon).Int(accumulate ? 1 : 0).Run();
        PartialSumsLaunch.AddTo(device, partials, blocks, checked(heads * width), weightGradient);
    }

    /// <summary>Tokens of a block, by the shape alone (another split is another order of sums): fewer where blocks would be too few to fill a device.</summary>
    private static int TokensABlock(int tokens, int heads) => ((long)tokens * heads) switch
    {
        <= 4096 => 8,
        <= 16384 => 32,
        _ => RmsNormBackwardKernels.MostTokens,
    };
}
