using ILGPU;

namespace PlamoNative.Kernels.Ptx;

/// <summary>
/// Reductions of a block of whole warps, by warp first and then over the warps' results, each in the order of <see cref="WarpReduce"/>: a fixed order, and the same bits in every
/// thread. Every thread of the block has to call; two barriers; 128 bytes of shared memory for each call in the source.
/// </summary>
internal static class BlockReduce
{
    /// <summary>Sum over all threads.</summary>
    public static float Sum(float value)
    {
        var partial = SharedMemory.Allocate<float>(32);
        value = WarpReduce.Sum(value);
        return WarpReduce.Sum(Exchange(partial, value, 0f));
    }

    /// <summary>Largest over all threads; NaN is left out.</summary>
    public static float Max(float value)
    {
        var partial = SharedMemory.Allocate<float>(32);
        value = WarpReduce.Max(value);
        return WarpReduce.Max(Exchange(partial, value, float.NegativeInfinity));
    }

    /// <summary>Each lane gets the result of the warp with its number.</summary>
    private static float Exchange(ArrayView<float> partial, float value, float none)
    {
        var lane = Group.IdxX & 31;
        if (lane == 0)
        {
            partial[Group.IdxX >> 5] = value;
        }

        Group.Barrier();
        var other = lane < ((Group.DimX + 31) >> 5) ? partial[lane] : none;

        // The next call may write these words at once.
        Group.Barrier();
        return other;
    }
}
