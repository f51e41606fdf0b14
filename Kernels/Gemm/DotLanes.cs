using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>
/// The order of summation of every dot product here: element k goes to virtual lane k mod 64, each lane is one chain of fused multiply-adds from zero,
/// and the 64 lanes fold as ((0-15 + 16-31) + (32-47 + 48-63)), then halves onto each other down to one. A last, partial block of 64 is filled with zeros.
/// </summary>
internal static class DotLanes
{
    /// <summary>Virtual lanes: four 512-bit, eight 256-bit or sixteen 128-bit vectors.</summary>
    internal const int Count = 64;

    /// <summary>Folds 512-bit lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Fold(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        var sum = (a + b) + (c + d);
        return Fold(sum.GetLower() + sum.GetUpper());
    }

    /// <summary>Folds 256-bit lanes, the eight vectors in lane order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Fold(
        Vector256<float> a0, Vector256<float> a1, Vector256<float> b0, Vector256<float> b1, Vector256<float> c0, Vector256<float> c1, Vector256<float> d0, Vector256<float> d1) =>
        Fold(((a0 + b0) + (c0 + d0)) + ((a1 + b1) + (c1 + d1)));

    /// <summary>Folds the last 8 sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Fold(Vector256<float> sums) => Fold(sums.GetLower() + sums.GetUpper());

    /// <summary>Folds the last 4 sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Fold(Vector128<float> sums) => (sums[0] + sums[2]) + (sums[1] + sums[3]);
}
