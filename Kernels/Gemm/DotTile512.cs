using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>Running sums of dot products on 512-bit vectors: four rows of W with one, two or four rows of X.</summary>
/// <remarks>
/// w: four rows of W, <c>rowBytes</c> apart · ahead: how many bytes ahead of each to prefetch · x: rows of X · k: a multiple of 16 · lanes: [rows of X, 4, 16] running sums, read and written, so that a row
/// can come in pieces. Every lane is one chain of fused multiply-adds, see <see cref="DotLanes"/>.
/// Four chains cover the latency of one fused multiply-add a cycle; more rows of X share the reading and widening of W.
/// </remarks>
internal static unsafe class DotTile512
{
    /// <summary>Four rows of W with one row of X.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows4By1<TElement>(byte* w, nint rowBytes, nint ahead, float* x, int k, float* lanes)
        where TElement : struct, IWeightElement
    {
        var w1 = w + rowBytes;
        var w2 = w1 + rowBytes;
        var w3 = w2 + rowBytes;
        var a0 = Vector512.Load(lanes);
        var b0 = Vector512.Load(lanes + 16);
        var c0 = Vector512.Load(lanes + 32);
        var d0 = Vector512.Load(lanes + 48);
        for (; k > 0; k -= DotLanes.Count)
        {
            Prefetch.Next(w + ahead);
            Prefetch.Next(w1 + ahead);
            Prefetch.Next(w2 + ahead);
            Prefetch.Next(w3 + ahead);
            var xLanes = Vector512.Load(x);
            a0 = Vector512.FusedMultiplyAdd(TElement.Load512(w), xLanes, a0);
            b0 = Vector512.FusedMultiplyAdd(TElement.Load512(w1), xLanes, b0);
            c0 = Vector512.FusedMultiplyAdd(TElement.Load512(w2), xLanes, c0);
            d0 = Vector512.FusedMultiplyAdd(TElement.Load512(w3), xLanes, d0);
            w += DotLanes.Count * TElement.Size;
            w1 += DotLanes.Count * TElement.Size;
            w2 += DotLanes.Count * TElement.Size;
            w3 += DotLanes.Count * TElement.Size;
            x += DotLanes.Count;
        }

        a0.Store(lanes);
        b0.Store(lanes + 16);
        c0.Store(lanes + 32);
        d0.Store(lanes + 48);
    }

    /// <summary>Four rows of W with two rows of X.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows4By2<TElement>(byte* w, nint rowBytes, nint ahead, float* x, nint xStride, int k, float* lanes)
        where TElement : struct, IWeightElement
    {
        var w1 = w + rowBytes;
        var w2 = w1 + rowBytes;
        var w3 = w2 + rowBytes;
        var x1 = x + xStride;
        var a0 = Vector512.Load(lanes);
        var b0 = Vector512.Load(lanes + 16);
        var c0 = Vector512.Load(lanes + 32);
        var d0 = Vector512.Load(lanes + 48);
        var a1 = Vector512.Load(lanes + 64);
        var b1 = Vector512.Load(lanes + 80);
        var c1 = Vector512.Load(lanes + 96);
        var d1 = Vector512.Load(lanes + 112);
        for (; k > 0; k -= DotLanes.Count)
        {
            Prefetch.Next(w + ahead);
            Prefetch.Next(w1 + ahead);
            Prefetch.Next(w2 + ahead);
            Prefetch.Next(w3 + ahead);
            var v0 = TElement.Load512(w);
            var v1 = TElement.Load512(w1);
            var v2 = TElement.Load512(w2);
            var v3 = TElement.Load512(w3);
            var l0 = Vector512.Load(x);
            a0 = Vector512.FusedMultiplyAdd(v0, l0, a0);
            b0 = Vector512.FusedMultiplyAdd(v1, l0, b0);
            c0 = Vector512.FusedMultiplyAdd(v2, l0, c0);
            d0 = Vector512.FusedMultiplyAdd(v3, l0, d0);
            var l1 = Vector512.Load(x1);
            a1 = Vector512.FusedMultiplyAdd(v0, l1, a1);
            b1 = Vector512.FusedMultiplyAdd(v1, l1, b1);
            c1 = Vector512.FusedMultiplyAdd(v2, l1, c1);
            d1 = Vector512.FusedMultiplyAdd(v3, l1, d1);
            w += DotLanes.Count * TElement.Size;
            w1 += DotLanes.Count * TElement.Size;
            w2 += DotLanes.Count * TElement.Size;
            w3 += DotLanes.Count * TElement.Size;
            x += DotLanes.Count;
            x1 += DotLanes.Count;
        }

        a0.Store(lanes);
        b0.Store(lanes + 16);
        c0.Store(lanes + 32);
        d0.Store(lanes + 48);
        a1.Store(lanes + 64);
        b1.Store(lanes + 80);
        c1.Store(lanes + 96);
        d1.Store(lanes + 112);
    }

    /// <summary>Four rows of W with four rows of X.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows4By4<TElement>(byte* w, nint rowBytes, nint ahead, float* x, nint xStride, int k, float* lanes)
        where TElement : struct, IWeightElement
    {
        var w1 = w + rowBytes;
        var w2 = w1 + rowBytes;
        var w3 = w2 + rowBytes;
        var x1 = x + xStride;
        var x2 = x1 + xStride;
        var x3 = x2 + xStride;
        var a0 = Vector512.Load(lanes);
        var b0 = Vector512.Load(lanes + 16);
        var c0 = Vector512.Load(lanes + 32);
        var d0 = Vector512.Load(lanes + 48);
        var a1 = Vector512.Load(lanes + 64);
        var b1 = Vector512.Load(lanes + 80);
        var c1 = Vector512.Load(lanes + 96);
        var d1 = Vector512.Load(lanes + 112);
        var a2 = Vector512.Load(lanes + 128);
        var b2 = Vector512.Load(lanes + 144);
        var c2 = Vector512.Load(lanes + 160);
        var d2 = Vector512.Load(lanes + 176);
        var a3 = Vector512.Load(lanes + 192);
        var b3 = Vector512.Load(lanes + 208);
        var c3 = Vector512.Load(lanes + 224);
        var d3 = Vector512.Load(lanes + 240);
        for (; k > 0; k -= DotLanes.Count)
        {
            Prefetch.Next(w + ahead);
            Prefetch.Next(w1 + ahead);
            Prefetch.Next(w2 + ahead);
            Prefetch.Next(w3 + ahead);
            var v0 = TElement.Load512(w);
            var v1 = TElement.Load512(w1);
            var v2 = TElement.Load512(w2);
            var v3 = TElement.Load512(w3);
            var l0 = Vector512.Load(x);
            a0 = Vector512.FusedMultiplyAdd(v0, l0, a0);
            b0 = Vector512.FusedMultiplyAdd(v1, l0, b0);
            c0 = Vector512.FusedMultiplyAdd(v2, l0, c0);
            d0 = Vector512.FusedMultiplyAdd(v3, l0, d0);
            var l1 = Vector512.Load(x1);
            a1 = Vector512.FusedMultiplyAdd(v0, l1, a1);
            b1 = Vector512.FusedMultiplyAdd(v1, l1, b1);
            c1 = Vector512.FusedMultiplyAdd(v2, l1, c1);
            d1 = Vector512.FusedMultiplyAdd(v3, l1, d1);
            var l2 = Vector512.Load(x2);
            a2 = Vector512.FusedMultiplyAdd(v0, l2, a2);
            b2 = Vector512.FusedMultiplyAdd(v1, l2, b2);
            c2 = Vector512.FusedMultiplyAdd(v2, l2, c2);
            d2 = Vector512.FusedMultiplyAdd(v3, l2, d2);
            var l3 = Vector512.Load(x3);
            a3 = Vector512.FusedMultiplyAdd(v0, l3, a3);
            b3 = Vector512.FusedMultiplyAdd(v1, l3, b3);
            c3 = Vector512.FusedMultiplyAdd(v2, l3, c3);
            d3 = Vector512.FusedMultiplyAdd(v3, l3, d3);
            w += DotLanes.Count * TElement.Size;
            w1 += DotLanes.Count * TElement.Size;
            w2 += DotLanes.Count * TElement.Size;
            w3 += DotLanes.Count * TElement.Size;
            x += DotLanes.Count;
            x1 += DotLanes.Count;
            x2 += DotLanes.Count;
            x3 += DotLanes.Count;
        }

        a0.Store(lanes);
        b0.Store(lanes + 16);
        c0.Store(lanes + 32);
        d0.Store(lanes + 48);
        a1.Store(lanes + 64);
        b1.Store(lanes + 80);
        c1.Store(lanes + 96);
        d1.Store(lanes + 112);
        a2.Store(lanes + 128);
        b2.Store(lanes + 144);
        c2.Store(lanes + 160);
        d2.Store(lanes + 176);
        a3.Store(lanes + 192);
        b3.Store(lanes + 208);
        c3.Store(lanes + 224);
        d3.Store(lanes + 240);
    }
}
