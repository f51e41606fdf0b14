using System.Buffers;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

internal static partial class CausalConv1d
{
    private static void OnGpu(
        CudaDevice device, Tensor input, Tensor weight, SequenceOffsets offsets, ReadOnlySpan<ConvState> states, Tensor output, int channels, int taps)
    {
        const string Name = nameof(CausalConv1d);
        const int Threads = CausalConv1dKernels.Threads;
        DeviceLaunch.Single(Name, output);
        DeviceLaunch.Same(Name, nameof(input), input, device);
        DeviceLaunch.Same(Name, nameof(weight), weight, device);
        var heads = input.Shape.Rank == 3 ? checked((int)input.Shape[1]) : 1;
        var headWidth = channels / heads;
        var blocks = (channels + Threads - 1) / Threads;
        var kept = ArrayPool<long>.Shared.Rent(Math.Max(1, states.Length));
        for (var s = 0; s < states.Length; s++)
        {
            DeviceLaunch.Same(Name, nameof(states), states[s].Values, device);
            kept[s] = states[s].Values.Address;
        }

        using var addresses = device.Upload<long>(kept.AsSpan(0, states.Length));
        ArrayPool<long>.Shared.Return(kept);
        if (states.Length > 0 && offsets.MaxSequenceLength == 1 && offsets.TokenCount == offsets.Count)
        {
            device.Kernel("CausalConv1dKernels.Decode").Launch(new GridSize((long)offsets.Count * blocks))
                .Heads(input, 1).View(weight).View(addresses).View(output).Int(heads).Int(headWidth).Int(taps).Run();
            return;
        }

        using var borders = device.Upload(offsets.Span);
        var hasStates = states.Length > 0 ? 1 : 0;
        if (taps == 4 && weight.Address % 16 == 0)
        {
            var runs = ((long)offsets.TokenCount + CausalConv1dKernels.TokensAThread - 1) / CausalConv1dKernels.TokensAThread;
            device.Kernel("CausalConv1dKernels.FourTaps").Launch(new GridSize(runs * blocks))
                .Heads(input, 1).Vectors(weight, 4).View(borders).View(addresses).View(output).Int(offsets.Count).Int(heads).Int(headWidth).Int(hasStates).Run();
        }
        else
        {
            device.Kernel("CausalConv1dKernels.Forward").Launch(new GridSize((long)offsets.TokenCount * blocks))
                .Heads(input, 1).View(weight).View(borders).View(addresses).View(output).Int(offsets.Count).Int(heads).Int(headWidth).Int(taps).Int(hasStates).Run();
        }

        if (states.Length > 0 && taps > 1)
        {
            device.Kernel("CausalConv1dKernels.Advance").Launch(new GridSize((long)offsets.Count * blocks))
                .Heads(input, 1).View(borders).View(addresses).Int(heads).Int(headWidth).Int(taps).Run();
        }
    }
}
