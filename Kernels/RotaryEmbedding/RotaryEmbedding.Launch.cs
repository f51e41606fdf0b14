using System.Runtime.InteropServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

internal static partial class RotaryEmbedding
{
    // Fewer pairs than this do not fill a device: then the heads are shared out too, at the price of more sines.
    private const int PairsThatFillADevice = 1 << 16;
    private const int HeadsAGroup = 4;
    private const int MostGroups = 65535;

    private static void OnGpu(CudaDevice device, Tensor input, ReadOnlySpan<long> positions, double theta, Tensor output, double direction)
    {
        DeviceLaunch.Single(nameof(RotaryEmbedding), output);
        DeviceLaunch.Same(nameof(RotaryEmbedding), nameof(input), input, device);
        var (tokens, heads, half) = (positions.Length, checked((int)input.Shape[1]), checked((int)input.Shape[2] / 2));
        if (tokens == 0 || heads == 0 || half == 0)
        {
            return;
        }

        var pairs = (long)tokens * half;
        var headsAGroup = pairs >= PairsThatFillADevice || heads > MostGroups ? heads : Math.Min(heads, HeadsAGroup);
        using var places = device.Upload(positions);
        using var frequencies = device.Upload(MemoryMarshal.Cast<(double High, double Low), double>(RotaryFrequencies.Get(theta, 2 * half).AsSpan()));
        device.Kernel("RotaryEmbeddingKernels.Turn")
            .Launch(new GridSize((pairs + RotaryEmbeddingKernels.Threads - 1) / RotaryEmbeddingKernels.Threads, (heads + headsAGroup - 1) / headsAGroup))
            .Heads(input, 1).Heads(output, 1).View(places).View(frequencies).Int(tokens).Int(heads).Int(headsAGroup).Int(half).Double(direction).Run();
    }
}
