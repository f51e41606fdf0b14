using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>The dot product of a row of W with a row of X on 128-bit vectors, in the order of <see cref="DotLanes"/>.</summary>
/// <remarks>
/// w: a row of W, k weights, k a multiple of 64 · tail: null, or the rest of the row as 64 float32, filled up with zeros · x: float32 rows of the same
/// length, filled up likewise · sums: one dot product a row of X, before anything is added to it.
/// </remarks>
internal static unsafe class DotRows128
{
    /// <summary>One row of X.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows1<TElement>(byte* w, float* tail, float* x, int k, float* sums)
        where TElement : struct, IWeightElement
    {
        Vector128<float> s0 = Vector128<float>.Zero, s1 = s0, s2 = s0, s3 = s0;
        Vector128<float> s4 = s0, s5 = s0, s6 = s0, s7 = s0;
        Vector128<float> s8 = s0, s9 = s0, s10 = s0, s11 = s0;
        Vector128<float> s12 = s0, s13 = s0, s14 = s0, s15 = s0;
        for (; k > 0; k -= DotLanes.Count)
        {
            Prefetch.Stream(w);
            s0 = Vector128.FusedMultiplyAdd(TElement.Load128(w), Vector128.Load(x), s0);
            s1 = Vector128.FusedMultiplyAdd(TElement.Load128(w + (4 * TElement.Size)), Vector128.Load(x + 4), s1);
            s2 = Vector128.FusedMultiplyAdd(TElement.Load128(w + (8 * TElement.Size)), Vector128.Load(x + 8), s2);
            s3 = Vector128.FusedMultiplyAdd(TElement.Load128(w + (12 * TElement.Size)), Vector128.Load(x + 12), s3);
            s4 = Vector128.FusedMultiplyAdd(TElement.Load128(w + (16 * TElement.Size)), Vector128.Load(x + 16), s4);
            s5 = Vector128.FusedMultiplyAdd(TElement.Load128(w + (20 * TElement.Size)), Vector128.Load(x + 20), s5);
            s6 = Vector128.FusedMultiplyAdd(TElement.Load128(w + (24 * TElement.Size)), Vector128.Load(x + 24), s6);
            s7 = Vector128.FusedMultiplyAdd(TElement.Load128(w + (28 * TElement.Size)), Vector128.Load(x + 28), s7);
            s8 = Vector128.FusedMultiplyAdd(TElement.Load128(w + (32 * TElement.Size)), Vector128.Load(x + 32), s8);
            s9 = Vector128.FusedMultiplyAdd(TElement.Load128(w + (36 * TElement.Size)), Vector128.Load(x + 36), s9);
            s10 = Vector128.FusedMultiplyAdd(TElement.Load128(w + (40 * TElement.Size)), Vector128.Load(x + 40), s10);
            s11 = Vector128.FusedMultiplyAdd(TElement.Load128(w + (44 * TElement.Size)), Vector128.Load(x + 44), s11);
            s12 = Vector128.FusedMultiplyAdd(TElement.Load128(w + (48 * TElement.Size)), Vector128.Load(x + 48), s12);
            s13 = Vector128.FusedMultiplyAdd(TElement.Load128(w + (52 * TElement.Size)), Vector128.Load(x + 52), s13);
            s14 = Vector128.FusedMultiplyAdd(TElement.Load128(w + (56 * TElement.Size)), Vector128.Load(x + 56), s14);
            s15 = Vector128.FusedMultiplyAdd(TElement.Load128(w + (60 * TElement.Size)), Vector128.Load(x + 60), s15);
            w += DotLanes.Count * TElement.Size;
            x += DotLanes.Count;
        }

        if (tail != null)
        {
            s0 = Vector128.FusedMultiplyAdd(Vector128.Load(tail), Vector128.Load(x), s0);
            s1 = Vector128.FusedMultiplyAdd(Vector128.Load(tail + 4), Vector128.Load(x + 4), s1);
            s2 = Vector128.FusedMultiplyAdd(Vector128.Load(tail + 8), Vector128.Load(x + 8), s2);
            s3 = Vector128.FusedMultiplyAdd(Vector128.Load(tail + 12), Vector128.Load(x + 12), s3);
            s4 = Vector128.FusedMultiplyAdd(Vector128.Load(tail + 16), Vector128.Load(x + 16), s4);
            s5 = Vector128.FusedMultiplyAdd(Vector128.Load(tail + 20), Vector128.Load(x + 20), s5);
            s6 = Vector128.FusedMultiplyAdd(Vector128.Load(tail + 24), Vector128.Load(x + 24), s6);
            s7 = Vector128.FusedMultiplyAdd(Vector128.Load(tail + 28), Vector128.Load(x + 28), s7);
            s8 = Vector128.FusedMultiplyAdd(Vector128.Load(tail + 32), Vector128.Load(x + 32), s8);
            s9 = Vector128.FusedMultiplyAdd(Vector128.Load(tail + 36), Vector128.Load(x + 36), s9);
            s10 = Vector128.FusedMultiplyAdd(Vector128.Load(tail + 40), Vector128.Load(x + 40), s10);
            s11 = Vector128.FusedMultiplyAdd(Vector128.Load(tail + 44), Vector128.Load(x + 44), s11);
            s12 = Vector128.FusedMultiplyAdd(Vector128.Load(tail + 48), Vector128.Load(x + 48), s12);
            s13 = Vector128.FusedMultiplyAdd(Vector128.Load(tail + 52), Vector128.Load(x + 52), s13);
            s14 = Vector128.FusedMultiplyAdd(Vector128.Load(tail + 56), Vector128.Load(x + 56), s14);
            s15 = Vector128.FusedMultiplyAdd(Vector128.Load(tail + 60), Vector128.Load(x + 60), s15);
        }

        // Lanes 0-3, 4-7, 8-11 and 12-15 of the 16 sums, then halves onto each other.
        var t0 = (s0 + s4) + (s8 + s12);
        var t1 = (s1 + s5) + (s9 + s13);
        var t2 = (s2 + s6) + (s10 + s14);
        var t3 = (s3 + s7) + (s11 + s15);
        sums[0] = DotLanes.Fold((t0 + t2) + (t1 + t3));
    }
}
