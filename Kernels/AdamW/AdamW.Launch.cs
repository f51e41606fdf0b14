using System.Buffers;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

public static partial class AdamW
{
    // A block number is an int: more elements than this are a second launch.
    private const long MostBlocks = int.MaxValue / 2;

    private static void OnGpu(CudaDevice device, ReadOnlySpan<AdamWParameter> parameters, in AdamWSettings settings, double learningRate, long step, double gradientScale)
    {
        var constants = new AdamWConstants
        {
            Scale = (float)gradientScale, Beta1 = (float)settings.Beta1, Rest1 = (float)(1 - settings.Beta1), Beta2 = (float)settings.Beta2, Rest2 = (float)(1 - settings.Beta2),
            Epsilon = (float)settings.Epsilon, Rate = (float)(learningRate * (1 / (1 - Power(settings.Beta1, step)))), Correction = (float)(1 / (1 - Power(settings.Beta2, step))),
        };
        var entries = ArrayPool<AdamWEntry>.Shared.Rent(parameters.Length);
        var (count, blocks) = (0, 0L);
        foreach (var parameter in parameters)
        {
            var value = parameter.Exact;
            DeviceLaunch.Single(nameof(AdamW), value);
            DeviceLaunch.Same(nameof(AdamW), nameof(parameter.Value), parameter.Value, device);
            DeviceLaunch.Same(nameof(AdamW), nameof(parameter.Master), value, device);
            DeviceLaunch.Same(nameof(AdamW), nameof(parameter.Gradient), parameter.Gradient, device);
            DeviceLaunch.Same(nameof(AdamW), nameof(parameter.FirstMoment), parameter.FirstMoment, device);
            DeviceLaunch.Same(nameof(AdamW), nameof(parameter.SecondMoment), parameter.SecondMoment, device);
            var needed = (value.ElementCount + AdamWKernels.BlockSize - 1) / AdamWKernels.BlockSize;
            if (needed == 0)
            {
                continue;
            }

            if (blocks + needed > MostBlocks)
            {
                Launch(device, entries.AsSpan(0, count), blocks, constants);
                (count, blocks) = (0, 0);
            }

            entries[count++] = new AdamWEntry
            {
                Value = value.Address, Rounded = parameter.Master is null ? 0 : parameter.Value.Address, Gradient = parameter.Gradient.Address, FirstMoment = parameter.FirstMoment.Address,
                SecondMoment = parameter.SecondMoment.Address, Count = value.ElementCount, FirstBlock = (int)blocks,
                Decay = parameter.Decays ? (float)(learningRate * settings.WeightDecay) : 0,
            };
            blocks += needed;
        }

        Launch(device, entries.AsSpan(0, count), blocks, constants);
        ArrayPool<AdamWEntry>.Shared.Return(entries);
    }

    private static void Launch(CudaDevice device, ReadOnlySpan<AdamWEntry> entries, long blocks, in AdamWConstants constants)
    {
        if (blocks > 0)
        {
            using var table = device.Upload(entries);
            device.Kernel("AdamWKernels.Step").Launch(new GridSize(blocks)).View(table).Int(entries.Length).Struct(constants).Run();
        }
    }
}
