using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>Dot products of a row of W with one, two or four rows of X on 512-bit vectors, in the order of <see cref="DotLanes"/>.</summary>
/// <remarks>
/// w: a row of W, k weights, k a multiple of 64 · tail: null, or the rest of the row as 64 float32, filled up with zeros · x: float32 rows of the same
/// length, filled up likewise · sums: one dot product a row of X, before anything is added to it.
/// A row of X has four accumulators, enough chains for one fused multiply-add a cycle; further rows share the reading and widening of W.
/// </remarks>
internal static unsafe class DotRows512
{
    /// <summary>One row of X.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows1<TElement>(byte* w, float* tail, float* x, int k, float* sums)
        where TElement : struct, IWeightElement
    {
        Vector512<float> a0 = Vector512<float>.Zero, b0 = a0, c0 = a0, d0 = a0;
        for (; k > 0; k -= DotLanes.Count)
        {
            Prefetch.Stream(w);
            a0 = Vector512.FusedMultiplyAdd(TElement.Load512(w), Vector512.Load(x), a0);
            b0 = Vector512.FusedMultiplyAdd(TElement.Load512(w + (16 * TElement.Size)), Vector512.Load(x + 16), b0);
            c0 = Vector512.FusedMultiplyAdd(TElement.Load512(w + (32 * TElement.Size)), Vector512.Load(x + 32), c0);
            d0 = Vector512.FusedMultiplyAdd(TElement.Load512(w + (48 * TElement.Size)), Vector512.Load(x + 48), d0);
            w += DotLanes.Count * TElement.Size;
            x += DotLanes.Count;
        }

        if (tail != null)
        {
            a0 = Vector512.FusedMultiplyAdd(Vector512.Load(tail), Vector512.Load(x), a0);
            b0 = Vector512.FusedMultiplyAdd(Vector512.Load(tail + 16), Vector512.Load(x + 16), b0);
            c0 = Vector512.FusedMultiplyAdd(Vector512.Load(tail + 32), Vector512.Load(x + 32), c0);
            d0 = Vector512.FusedMultiplyAdd(Vector512.Load(tail + 48), Vector512.Load(x + 48), d0);
        }

        sums[0] = DotLanes.Fold(a0, b0, c0, d0);
    }

    /// <summary>Two rows of X.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows2<TElement>(byte* w, float* tail, float* x, nint xStride, int k, float* sums)
        where TElement : struct, IWeightElement
    {
        Vector512<float> a0 = Vector512<float>.Zero, b0 = a0, c0 = a0, d0 = a0;
        Vector512<float> a1 = a0, b1 = a0, c1 = a0, d1 = a0;
        var x1 = x + xStride;
        for (; k > 0; k -= DotLanes.Count)
        {
            Prefetch.Stream(w);
            var wa = TElement.Load512(w);
            a0 = Vector512.FusedMultiplyAdd(wa, Vector512.Load(x), a0);
            a1 = Vector512.FusedMultiplyAdd(wa, Vector512.Load(x1), a1);
            var wb = TElement.Load512(w + (16 * TElement.Size));
            b0 = Vector512.FusedMultiplyAdd(wb, Vector512.Load(x + 16), b0);
            b1 = Vector512.FusedMultiplyAdd(wb, Vector512.Load(x1 + 16), b1);
            var wc = TElement.Load512(w + (32 * TElement.Size));
            c0 = Vector512.FusedMultiplyAdd(wc, Vector512.Load(x + 32), c0);
            c1 = Vector512.FusedMultiplyAdd(wc, Vector512.Load(x1 + 32), c1);
            var wd = TElement.Load512(w + (48 * TElement.Size));
            d0 = Vector512.FusedMultiplyAdd(wd, Vector512.Load(x + 48), d0);
            d1 = Vector512.FusedMultiplyAdd(wd, Vector512.Load(x1 + 48), d1);
            w += DotLanes.Count * TElement.Size;
            x += DotLanes.Count;
            x1 += DotLanes.Count;
        }

        if (tail != null)
        {
            a0 = Vector512.FusedMultiplyAdd(Vector512.Load(tail), Vector512.Load(x), a0);
            a1 = Vector512.FusedMultiplyAdd(Vector512.Load(tail), Vector512.Load(x1), a1);
            b0 = Vector512.FusedMultiplyAdd(Vector512.Load(tail + 16), Vector512.Load(x + 16), b0);
            b1 = Vector512.FusedMultiplyAdd(Vector512.Load(tail + 16), Vector512.Load(x1 + 16), b1);
            c0 = Vector512.FusedMultiplyAdd(Vector512.Load(tail + 32), Vector512.Load(x + 32), c0);
            c1 = Vector512.FusedMultiplyAdd(Vector512.Load(tail + 32), Vector512.Load(x1 + 32), c1);
            d0 = Vector512.FusedMultiplyAdd(Vector512.Load(tail + 48), Vector512.Load(x + 48), d0);
            d1 = Vector512.FusedMultiplyAdd(Vector512.Load(tail + 48), Vector512.Load(x1 + 48), d1);
        }

        sums[0] = DotLanes.Fold(a0, b0, c0, d0);
        sums[1] = DotLanes.Fold(a1, b1, c1, d1);
    }

    /// <summary>Four rows of X.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows4<TElement>(byte* w, float* tail, float* x, nint xStride, int k, float* sums)
        where TElement : struct, IWeightElement
    {
        Vector512<float> a0 = Vector512<float>.Zero, b0 = a0, c0 = a0, d0 = a0;
        Vector512<float> a1 = a0, b1 = a0, c1 = a0, d1 = a0;
        Vector512<float> a2 = a0, b2 = a0, c2 = a0, d2 = a0;
        Vector512<float> a3 = a0, b3 = a0, c3 = a0, d3 = a0;
        var x1 = x + xStride;
        var x2 = x + (2 * xStride);
        var x3 = x + (3 * xStride);
        for (; k > 0; k -= DotLanes.Count)
        {
            Prefetch.Stream(w);
            var wa = TElement.Load512(w);
            a0 = Vector512.FusedMultiplyAdd(wa, Vector512.Load(x), a0);
            a1 = Vector512.FusedMultiplyAdd(wa, Vector512.Load(x1), a1);
            a2 = Vector512.FusedMultiplyAdd(wa, Vector512.Load(x2), a2);
            a3 = Vector512.FusedMultiplyAdd(wa, Vector512.Load(x3), a3);
            var wb = TElement.Load512(w + (16 * TElement.Size));
            b0 = Vector512.FusedMultiplyAdd(wb, Vector512.Load(x + 16), b0);
            b1 = Vector512.FusedMultiplyAdd(wb, Vector512.Load(x1 + 16), b1);
            b2 = Vector512.FusedMultiplyAdd(wb, Vector512.Load(x2 + 16), b2);
            b3 = Vector512.FusedMultiplyAdd(wb, Vector512.Load(x3 + 16), b3);
            var wc = TElement.Load512(w + (32 * TElement.Size));
            c0 = Vector512.FusedMultiplyAdd(wc, Vector512.Load(x + 32), c0);
            c1 = Vector512.FusedMultiplyAdd(wc, Vector512.Load(x1 + 32), c1);
            c2 = Vector512.FusedMultiplyAdd(wc, Vector512.Load(x2 + 32), c2);
            c3 = Vector512.FusedMultiplyAdd(wc, Vector512.Load(x3 + 32), c3);
            var wd = TElement.Load512(w + (48 * TElement.Size));
            d0 = Vector512.FusedMultiplyAdd(wd, Vector512.Load(x + 48), d0);
            d1 = Vector512.FusedMultiplyAdd(wd, Vector512.Load(x1 + 48), d1);
            d2 = Vector512.FusedMultiplyAdd(wd, Vector512.Load(x2 + 48), d2);
            d3 = Vector512.FusedMultiplyAdd(wd, Vector512.Load(x3 + 48), d3);
            w += DotLanes.Count * TElement.Size;
            x += DotLanes.Count;
            x1 += DotLanes.Count;
            x2 += DotLanes.Count;
            x3 += DotLanes.Count;
        }

        if (tail != null)
        {
            a0 = Vector512.FusedMultiplyAdd(Vector512.Load(tail), Vector512.Load(x), a0);
            a1 = Vector512.FusedMultiplyAdd(Vector512.Load(tail), Vector512.Load(x1), a1);
            a2 = Vector512.FusedMultiplyAdd(Vector512.Load(tail), Vector512.Load(x2), a2);
            a3 = Vector512.FusedMultiplyAdd(Vector512.Load(tail), Vector512.Load(x3), a3);
            b0 = Vector512.FusedMultiplyAdd(Vector512.Load(tail + 16), Vector512.Load(x + 16), b0);
            b1 = Vector512.FusedMultiplyAdd(Vector512.Load(tail + 16), Vector512.Load(x1 + 16), b1);
            b2 = Vector512.FusedMultiplyAdd(Vector512.Load(tail + 16), Vector512.Load(x2 + 16), b2);
            b3 = Vector512.FusedMultiplyAdd(Vector512.Load(tail + 16), Vector512.Load(x3 + 16), b3);
            c0 = Vector512.FusedMultiplyAdd(Vector512.Load(tail + 32), Vector512.Load(x + 32), c0);
            c1 = Vector512.FusedMultiplyAdd(Vector512.Load(tail + 32), Vector512.Load(x1 + 32), c1);
            c2 = Vector512.FusedMultiplyAdd(Vector512.Load(tail + 32), Vector512.Load(x2 + 32), c2);
            c3 = Vector512.FusedMultiplyAdd(Vector512.Load(tail + 32), Vector512.Load(x3 + 32), c3);
            d0 = Vector512.FusedMultiplyAdd(Vector512.Load(tail + 48), Vector512.Load(x + 48), d0);
            d1 = Vector512.FusedMultiplyAdd(Vector512.Load(tail + 48), Vector512.Load(x1 + 48), d1);
            d2 = Vector512.FusedMultiplyAdd(Vector512.Load(tail + 48), Vector512.Load(x2 + 48), d2);
            d3 = Vector512.FusedMultiplyAdd(Vector512.Load(tail + 48), Vector512.Load(x3 + 48), d3);
        }

        sums[0] = DotLanes.Fold(a0, b0, c0, d0);
        sums[1] = DotLanes.Fold(a1, b1, c1, d1);
        sums[2] = DotLanes.Fold(a2, b2, c2, d2);
        sums[3] = DotLanes.Fold(a3, b3, c3, d3);
    }
}
