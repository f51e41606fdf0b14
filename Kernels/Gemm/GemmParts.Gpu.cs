using ILGPU;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>Adds the matrices that the parts of a split K left: C (+)= Σ parts, in order of K. Grid: x elements of C, one a thread; no shared memory.</summary>
internal static class GemmPartsKernels
{
    /// <summary>Threads of a block.</summary>
    internal const int Block = 256;

    /// <summary>parts [count, M, N] dense, C [M, N] of a row stride.</summary>
    [GpuKernel(Block, MaximumRegisters = 48)]
    public static void Add(ArrayView<float> parts, ArrayView<float> c, long cStride, int m, int n, int count, int options)
    {
        var element = ((long)Grid.IdxX * Block) + Group.IdxX;
        var size = (long)m * n;
        if (element >= size)
        {
            return;
        }

        var sum = parts[element];
        for (var part = 1; part < count; part++)
        {
            sum += parts[(part * size) + element];
        }

        var row = element / n;
        var place = (row * cStride) + (element - (row * n));
        c[place] = (options & GemmOptions.Accumulate) != 0 ? c[place] + sum : sum;
    }
}
