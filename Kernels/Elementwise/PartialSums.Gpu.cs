using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>
/// target[i] += Σ_b partial[b, i] on a GPU: the second half of a weight gradient. Partials [count, width], target [width], f32, dense. Grid (width / 32), block 256, 1 KB of static
/// shared memory: eight warps share out the partial sums of 32 columns, warp w those of w, w + 8, …; then the warps' sums are added in order. Deterministic.
/// </summary>
internal static class PartialSumsKernels
{
    /// <summary>Columns of a block.</summary>
    public const int Columns = 32;

    private const int Warps = 8;

    /// <summary>Runs the sum.</summary>
    [GpuKernel(Columns * Warps)]
    public static void Add(ArrayView<float> partials, ArrayView<float> target, int count, int width)
    {
        var sums = SharedMemory.Allocate<float>(Columns * Warps);
        var column = (Grid.IdxX * Columns) + (Group.IdxX & (Columns - 1));
        var sum = 0f;
        if (column < width)
        {
            for (var block = Group.IdxX / Columns; block < count; block += Warps)
            {
                sum = FastMath.Add(sum, partials[((long)block * width) + column]);
            }
        }

        sums[Group.IdxX] = sum;
        Group.Barrier();
        if (Group.IdxX < Columns && column < width)
        {
            for (var warp = 1; warp < Warps; warp++)
            {
                sum = FastMath.Add(sum, sums[(warp * Columns) + Group.IdxX]);
            }

            target[column] = FastMath.Add(target[column], sum);
        }
    }
}

/// <summary>Launches <see cref="PartialSumsKernels"/>.</summary>
internal static class PartialSumsLaunch
{
    /// <summary>Adds <paramref name="count"/> rows of <paramref name="width"/> elements to a dense target.</summary>
    public static void AddTo(CudaDevice device, Tensor partials, int count, int width, Tensor target)
    {
        if (count > 0)
        {
            device.Kernel("PartialSumsKernels.Add").Launch(GridSize.Covering(width, PartialSumsKernels.Columns)).View(partials).View(target).Int(count).Int(width).Run();
        }
    }
}
