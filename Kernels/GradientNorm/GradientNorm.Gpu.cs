using System.Runtime.InteropServices;
using ILGPU;
using PlamoNative.Engine;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <summary>One tensor of the norm, as the kernel finds it in its table.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NormEntry
{
    /// <summary>Address of the elements, f32, dense.</summary>
    public long Address;

    /// <summary>Elements.</summary>
    public long Count;

    /// <summary>The launch's first block that works on this tensor.</summary>
    public long FirstBlock;
}

/// <summary>
/// Σ g² over all tensors in two launches, in float64 so that nothing over- or underflows. First a sum a block of <see cref="BlockSize"/> elements, then one block over the sums. Every
/// thread adds in rising order, threads fold by halves: deterministic.
/// </summary>
internal static class GradientNormKernels
{
    /// <summary>Elements of a block.</summary>
    public const int BlockSize = 16384;

    private const int Threads = 256;

    /// <summary>sums[block] = the squares of a block's elements. Grid: blocks.</summary>
    [GpuKernel(Threads, Expects = "LDG.E.128")]
    public static void Squares(ArrayView<NormEntry> entries, int count, ArrayView<double> sums)
    {
        var low = 0;
        var high = count;
        while (high - low > 1)
        {
            var middle = (low + high) >> 1;
            if (entries[middle].FirstBlock <= Grid.IdxX)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        var entry = entries[low];
        var first = (Grid.IdxX - entry.FirstBlock) * BlockSize;
        var last = entry.Count - first < BlockSize ? entry.Count : first + BlockSize;
        var whole = first;
        var sum = 0.0;
        if ((entry.Address & 15) == 0)
        {
            whole = last & -4L;
            for (var i = first + (Group.IdxX * 4); i < whole; i += Threads * 4)
            {
                var value = AddressMemory.LoadFour(entry.Address + (i * sizeof(float)));
                sum = FastMath.Fma((double)value.X, value.X, sum);
                sum = FastMath.Fma((double)value.Y, value.Y, sum);
                sum = FastMath.Fma((double)value.Z, value.Z, sum);
                sum = FastMath.Fma((double)value.W, value.W, sum);
            }
        }

        for (var i = whole + Group.IdxX; i < last; i += Threads)
        {
            var value = AddressMemory.Load(entry.Address + (i * sizeof(float)));
            sum = FastMath.Fma((double)value, value, sum);
        }

        Fold(sum, sums, Grid.IdxX);
    }

    /// <summary>total[0] = Σ sums. Grid: 1.</summary>
    [GpuKernel(Threads)]
    public static void Total(ArrayView<double> sums, long count, ArrayView<double> total)
    {
        var sum = 0.0;
        for (long i = Group.IdxX; i < count; i += Threads)
        {
            sum = DeviceDouble.Add(sum, sums[i]);
        }

        Fold(sum, total, 0);
    }

    private static void Fold(double sum, ArrayView<double> output, int place)
    {
        var shared = SharedMemory.Allocate<double>(Threads);
        shared[Group.IdxX] = sum;
        for (var half = Threads / 2; half > 0; half >>= 1)
        {
            Group.Barrier();
            if (Group.IdxX < half)
            {
                shared[Group.IdxX] = DeviceDouble.Add(shared[Group.IdxX], shared[Group.IdxX + half]);
            }
        }

        if (Group.IdxX == 0)
        {
            output[place] = shared[0];
        }
    }
}
