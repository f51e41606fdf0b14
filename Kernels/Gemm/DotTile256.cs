using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>Running sums of dot products on 256-bit vectors: four rows of W with one row of X.</summary>
/// <remarks>
/// w: four rows of W, <c>rowBytes</c> apart · ahead: how many bytes ahead of each to prefetch · x: rows of X · k: a multiple of 16 · lanes: [rows of X, 4, 16] running sums, read and written, so that a row
/// can come in pieces. Every lane is one chain of fused multiply-adds, see <see cref="DotLanes"/>.
/// Eight accumulators of the 16 registers; a second row of X would spill.
/// </remarks>
internal static unsafe class DotTile256
{
    /// <summary>Four rows of W with one row of X.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows4By1<TElement>(byte* w, nint rowBytes, nint ahead, float* x, int k, float* lanes)
        where TElement : struct, IWeightElement
    {
        var w1 = w + rowBytes;
        var w2 = w1 + rowBytes;
        var w3 = w2 + rowBytes;
        var a0 = Vector256.Load(lanes);
        var a1 = Vector256.Load(lanes + 8);
        var b0 = Vector256.Load(lanes + 16);
        var b1 = Vector256.Load(lanes + 24);
        var c0 = Vector256.Load(lanes + 32);
        var c1 = Vector256.Load(lanes + 40);
        var d0 = Vector256.Load(lanes + 48);
        var d1 = Vector256.Load(lanes + 56);
        for (; k > 0; k -= DotLanes.Count)
        {
            Prefetch.Next(w + ahead);
            Prefetch.Next(w1 + ahead);
            Prefetch.Next(w2 + ahead);
            Prefetch.Next(w3 + ahead);
            var x0 = Vector256.Load(x);
            a0 = Vector256.FusedMultiplyAdd(TElement.Load256(w), x0, a0);
            b0 = Vector256.FusedMultiplyAdd(TElement.Load256(w1), x0, b0);
            c0 = Vector256.FusedMultiplyAdd(TElement.Load256(w2), x0, c0);
            d0 = Vector256.FusedMultiplyAdd(TElement.Load256(w3), x0, d0);
            var x1 = Vector256.Load(x + 8);
            a1 = Vector256.FusedMultiplyAdd(TElement.Load256(w + (8 * TElement.Size)), x1, a1);
            b1 = Vector256.FusedMultiplyAdd(TElement.Load256(w1 + (8 * TElement.Size)), x1, b1);
            c1 = Vector256.FusedMultiplyAdd(TElement.Load256(w2 + (8 * TElement.Size)), x1, c1);
            d1 = Vector256.FusedMultiplyAdd(TElement.Load256(w3 + (8 * TElement.Size)), x1, d1);
            w += DotLanes.Count * TElement.Size;
            w1 += DotLanes.Count * TElement.Size;
            w2 += DotLanes.Count * TElement.Size;
            w3 += DotLanes.Count * TElement.Size;
            x += DotLanes.Count;
        }

        a0.Store(lanes);
        a1.Store(lanes + 8);
        b0.Store(lanes + 16);
        b1.Store(lanes + 24);
        c0.Store(lanes + 32);
        c1.Store(lanes + 40);
        d0.Store(lanes + 48);
        d1.Store(lanes + 56);
    }
}
