using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>
/// The order of summation of every dot product here: element k goes to virtual lane k mod 16, each lane is one chain of fused multiply-adds from +0, a last
/// partial group of 16 is filled with zeros, and the lanes fold by adding the upper half to the lower: 16, 8, 4, 2, 1.
/// </summary>
/// <remarks>
/// 16 lanes are one 512-bit, two 256-bit or four 128-bit vectors. The latency of the chains is hidden by other rows of W and X, not by more lanes:
/// 64 lanes a row were tried, left no registers to reuse X, and ran a batch of four rows at half the speed.
/// </remarks>
internal static unsafe class DotLanes
{
    /// <summary>Virtual lanes.</summary>
    internal const int Count = 16;

    /// <summary>The dot product that 16 lanes stand for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Fold(float* lanes)
    {
        var low = Vector128.Load(lanes) + Vector128.Load(lanes + 8);
        var high = Vector128.Load(lanes + 4) + Vector128.Load(lanes + 12);
        var sums = low + high;
        return (sums[0] + sums[2]) + (sums[1] + sums[3]);
    }
}
