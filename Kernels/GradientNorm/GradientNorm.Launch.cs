using System.Buffers;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

public static partial class GradientNorm
{
    /// <summary>Two launches, and eight bytes that the processor waits for.</summary>
    private static double OnGpu(CudaDevice device, ReadOnlySpan<Tensor> gradients)
    {
        var entries = ArrayPool<NormEntry>.Shared.Rent(gradients.Length);
        var (count, blocks) = (0, 0L);
        foreach (var gradient in gradients)
        {
            OperatorChecks.Dense(nameof(GradientNorm), nameof(gradients), gradient, gradient.Shape, gradient.DType);
            DeviceLaunch.Single(nameof(GradientNorm), gradient);
            DeviceLaunch.Same(nameof(GradientNorm), nameof(gradients), gradient, device);
            if (gradient.ElementCount > 0)
            {
                entries[count++] = new NormEntry { Address = gradient.Address, Count = gradient.ElementCount, FirstBlock = blocks };
                blocks += (gradient.ElementCount + GradientNormKernels.BlockSize - 1) / GradientNormKernels.BlockSize;
            }
        }

        var total = 0.0;
        if (blocks > 0)
        {
            using var table = device.Upload<NormEntry>(entries.AsSpan(0, count));
            using var sums = Tensor.Allocate(device, new Shape(blocks), DType.Float64);
            using var result = Tensor.Allocate(device, new Shape(1), DType.Float64);
            device.Kernel("GradientNormKernels.Squares").Launch(new GridSize(blocks)).View(table).Int(count).View(sums).Run();
            device.Kernel("GradientNormKernels.Total").Launch(new GridSize(1)).View(sums).Long(blocks).View(result).Run();
            result.CopyTo(new Span<double>(ref total));
        }

        ArrayPool<NormEntry>.Shared.Return(entries);
        return total;
    }
}
