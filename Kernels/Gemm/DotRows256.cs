using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>The dot product of a row of W with a row of X on 256-bit vectors, in the order of <see cref="DotLanes"/>.</summary>
/// <remarks>
/// w: a row of W, k weights, k a multiple of 64 · tail: null, or the rest of the row as 64 float32, filled up with zeros · x: float32 rows of the same
/// length, filled up likewise · sums: one dot product a row of X, before anything is added to it.
/// Eight accumulators of the 16 registers: a second row of X would spill.
/// </remarks>
internal static unsafe class DotRows256
{
    /// <summary>One row of X.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows1<TElement>(byte* w, float* tail, float* x, int k, float* sums)
        where TElement : struct, IWeightElement
    {
        Vector256<float> s0 = Vector256<float>.Zero, s1 = s0, s2 = s0, s3 = s0;
        Vector256<float> s4 = s0, s5 = s0, s6 = s0, s7 = s0;
        for (; k > 0; k -= DotLanes.Count)
        {
            Prefetch.Stream(w);
            s0 = Vector256.FusedMultiplyAdd(TElement.Load256(w), Vector256.Load(x), s0);
            s1 = Vector256.FusedMultiplyAdd(TElement.Load256(w + (8 * TElement.Size)), Vector256.Load(x + 8), s1);
            s2 = Vector256.FusedMultiplyAdd(TElement.Load256(w + (16 * TElement.Size)), Vector256.Load(x + 16), s2);
            s3 = Vector256.FusedMultiplyAdd(TElement.Load256(w + (24 * TElement.Size)), Vector256.Load(x + 24), s3);
            s4 = Vector256.FusedMultiplyAdd(TElement.Load256(w + (32 * TElement.Size)), Vector256.Load(x + 32), s4);
            s5 = Vector256.FusedMultiplyAdd(TElement.Load256(w + (40 * TElement.Size)), Vector256.Load(x + 40), s5);
            s6 = Vector256.FusedMultiplyAdd(TElement.Load256(w + (48 * TElement.Size)), Vector256.Load(x + 48), s6);
            s7 = Vector256.FusedMultiplyAdd(TElement.Load256(w + (56 * TElement.Size)), Vector256.Load(x + 56), s7);
            w += DotLanes.Count * TElement.Size;
            x += DotLanes.Count;
        }

        if (tail != null)
        {
            s0 = Vector256.FusedMultiplyAdd(Vector256.Load(tail), Vector256.Load(x), s0);
            s1 = Vector256.FusedMultiplyAdd(Vector256.Load(tail + 8), Vector256.Load(x + 8), s1);
            s2 = Vector256.FusedMultiplyAdd(Vector256.Load(tail + 16), Vector256.Load(x + 16), s2);
            s3 = Vector256.FusedMultiplyAdd(Vector256.Load(tail + 24), Vector256.Load(x + 24), s3);
            s4 = Vector256.FusedMultiplyAdd(Vector256.Load(tail + 32), Vector256.Load(x + 32), s4);
            s5 = Vector256.FusedMultiplyAdd(Vector256.Load(tail + 40), Vector256.Load(x + 40), s5);
            s6 = Vector256.FusedMultiplyAdd(Vector256.Load(tail + 48), Vector256.Load(x + 48), s6);
            s7 = Vector256.FusedMultiplyAdd(Vector256.Load(tail + 56), Vector256.Load(x + 56), s7);
        }

        sums[0] = DotLanes.Fold(s0, s1, s2, s3, s4, s5, s6, s7);
    }
}
