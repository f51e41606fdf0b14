using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>Running sums of dot products on 128-bit vectors: four rows of W with one row of X.</summary>
/// <remarks>
/// w: four rows of W, <c>rowBytes</c> apart · ahead: how many bytes ahead of each to prefetch · x: rows of X · k: a multiple of 16 · lanes: [rows of X, 4, 16] running sums, read and written, so that a row
/// can come in pieces. Every lane is one chain of fused multiply-adds, see <see cref="DotLanes"/>.
/// Sixteen accumulators of ARM64's 32 registers.
/// </remarks>
internal static unsafe class DotTile128
{
    /// <summary>Four rows of W with one row of X.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows4By1<TElement>(byte* w, nint rowBytes, nint ahead, float* x, int k, float* lanes)
        where TElement : struct, IWeightElement
    {
        var w1 = w + rowBytes;
        var w2 = w1 + rowBytes;
        var w3 = w2 + rowBytes;
        var a0 = Vector128.Load(lanes);
        var a1 = Vector128.Load(lanes + 4);
        var a2 = Vector128.Load(lanes + 8);
        var a3 = Vector128.Load(lanes + 12);
        var b0 = Vector128.Load(lanes + 16);
        var b1 = Vector128.Load(lanes + 20);
        var b2 = Vector128.Load(lanes + 24);
        var b3 = Vector128.Load(lanes + 28);
        var c0 = Vector128.Load(lanes + 32);
        var c1 = Vector128.Load(lanes + 36);
        var c2 = Vector128.Load(lanes + 40);
        var c3 = Vector128.Load(lanes + 44);
        var d0 = Vector128.Load(lanes + 48);
        var d1 = Vector128.Load(lanes + 52);
        var d2 = Vector128.Load(lanes + 56);
        var d3 = Vector128.Load(lanes + 60);
        for (; k > 0; k -= DotLanes.Count)
        {
            Prefetch.Next(w + ahead);
            Prefetch.Next(w1 + ahead);
            Prefetch.Next(w2 + ahead);
            Prefetch.Next(w3 + ahead);
            var x0 = Vector128.Load(x);
            a0 = Vector128.FusedMultiplyAdd(TElement.Load128(w), x0, a0);
            b0 = Vector128.FusedMultiplyAdd(TElement.Load128(w1), x0, b0);
            c0 = Vector128.FusedMultiplyAdd(TElement.Load128(w2), x0, c0);
            d0 = Vector128.FusedMultiplyAdd(TElement.Load128(w3), x0, d0);
            var x1 = Vector128.Load(x + 4);
            a1 = Vector128.FusedMultiplyAdd(TElement.Load128(w + (4 * TElement.Size)), x1, a1);
            b1 = Vector128.FusedMultiplyAdd(TElement.Load128(w1 + (4 * TElement.Size)), x1, b1);
            c1 = Vector128.FusedMultiplyAdd(TElement.Load128(w2 + (4 * TElement.Size)), x1, c1);
            d1 = Vector128.FusedMultiplyAdd(TElement.Load128(w3 + (4 * TElement.Size)), x1, d1);
            var x2 = Vector128.Load(x + 8);
            a2 = Vector128.FusedMultiplyAdd(TElement.Load128(w + (8 * TElement.Size)), x2, a2);
            b2 = Vector128.FusedMultiplyAdd(TElement.Load128(w1 + (8 * TElement.Size)), x2, b2);
            c2 = Vector128.FusedMultiplyAdd(TElement.Load128(w2 + (8 * TElement.Size)), x2, c2);
            d2 = Vector128.FusedMultiplyAdd(TElement.Load128(w3 + (8 * TElement.Size)), x2, d2);
            var x3 = Vector128.Load(x + 12);
            a3 = Vector128.FusedMultiplyAdd(TElement.Load128(w + (12 * TElement.Size)), x3, a3);
            b3 = Vector128.FusedMultiplyAdd(TElement.Load128(w1 + (12 * TElement.Size)), x3, b3);
            c3 = Vector128.FusedMultiplyAdd(TElement.Load128(w2 + (12 * TElement.Size)), x3, c3);
            d3 = Vector128.FusedMultiplyAdd(TElement.Load128(w3 + (12 * TElement.Size)), x3, d3);
            w += DotLanes.Count * TElement.Size;
            w1 += DotLanes.Count * TElement.Size;
            w2 += DotLanes.Count * TElement.Size;
            w3 += DotLanes.Count * TElement.Size;
            x += DotLanes.Count;
        }

        a0.Store(lanes);
        a1.Store(lanes + 4);
        a2.Store(lanes + 8);
        a3.Store(lanes + 12);
        b0.Store(lanes + 16);
        b1.Store(lanes + 20);
        b2.Store(lanes + 24);
        b3.Store(lanes + 28);
        c0.Store(lanes + 32);
        c1.Store(lanes + 36);
        c2.Store(lanes + 40);
        c3.Store(lanes + 44);
        d0.Store(lanes + 48);
        d1.Store(lanes + 52);
        d2.Store(lanes + 56);
        d3.Store(lanes + 60);
    }
}
