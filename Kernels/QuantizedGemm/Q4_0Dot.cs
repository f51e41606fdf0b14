using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>Running sums of dot products of four rows of Q4_0 with one row of X, without a detour through unpacked values; the same bits as with one.</summary>
/// <remarks>The arguments are those of <see cref="DotTile512"/>; k is a multiple of 32. Value = scale · code is exact, so only the chains round.</remarks>
internal static unsafe class Q4_0Dot
{
    /// <summary>On 512-bit vectors: the 16 possible values of a block are a table in one register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows4By1On512(byte* w, nint rowBytes, nint ahead, float* x, int k, float* lanes)
    {
        if (!Rows4By1On512<FiniteHalfScale>(w, rowBytes, ahead, x, k, lanes))
        {
            Rows4By1On512<AnyHalfScale>(w, rowBytes, ahead, x, k, lanes);
        }
    }

    /// <summary>False, and nothing written, when the scales were not of the kind that was expected.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Rows4By1On512<TScale>(byte* w, nint rowBytes, nint ahead, float* x, int k, float* lanes)
        where TScale : struct, IHalfScale
    {
        var special = 0;
        var codes = Vector512.Create(-8f, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7) * TScale.Factor;
        var w1 = w + rowBytes;
        var w2 = w1 + rowBytes;
        var w3 = w2 + rowBytes;
        var a0 = Vector512.Load(lanes);
        var b0 = Vector512.Load(lanes + 16);
        var c0 = Vector512.Load(lanes + 32);
        var d0 = Vector512.Load(lanes + 48);
        for (; k > 0; k -= Q4_0Unpacking.Values)
        {
            var x0 = Vector512.Load(x);
            var x1 = Vector512.Load(x + 16);
            Prefetch.Next(w + ahead);
            var table0 = codes * Vector512.Create(TScale.Read(w, ref special));
            var pairs0 = Widening.Unsigned512(w + 2);
            a0 = Vector512.FusedMultiplyAdd(Widening.Look(table0, pairs0), x0, a0);
            a0 = Vector512.FusedMultiplyAdd(Widening.Look(table0, pairs0 >>> 4), x1, a0);
            w += Q4_0Unpacking.Bytes;
            Prefetch.Next(w1 + ahead);
            var table1 = codes * Vector512.Create(TScale.Read(w1, ref special));
            var pairs1 = Widening.Unsigned512(w1 + 2);
            b0 = Vector512.FusedMultiplyAdd(Widening.Look(table1, pairs1), x0, b0);
            b0 = Vector512.FusedMultiplyAdd(Widening.Look(table1, pairs1 >>> 4), x1, b0);
            w1 += Q4_0Unpacking.Bytes;
            Prefetch.Next(w2 + ahead);
            var table2 = codes * Vector512.Create(TScale.Read(w2, ref special));
            var pairs2 = Widening.Unsigned512(w2 + 2);
            c0 = Vector512.FusedMultiplyAdd(Widening.Look(table2, pairs2), x0, c0);
            c0 = Vector512.FusedMultiplyAdd(Widening.Look(table2, pairs2 >>> 4), x1, c0);
            w2 += Q4_0Unpacking.Bytes;
            Prefetch.Next(w3 + ahead);
            var table3 = codes * Vector512.Create(TScale.Read(w3, ref special));
            var pairs3 = Widening.Unsigned512(w3 + 2);
            d0 = Vector512.FusedMultiplyAdd(Widening.Look(table3, pairs3), x0, d0);
            d0 = Vector512.FusedMultiplyAdd(Widening.Look(table3, pairs3 >>> 4), x1, d0);
            w3 += Q4_0Unpacking.Bytes;
            x += Q4_0Unpacking.Values;
        }

        if ((special & 0x8000) != 0)
        {
            return false;
        }

        a0.Store(lanes);
        b0.Store(lanes + 16);
        c0.Store(lanes + 32);
        d0.Store(lanes + 48);
        return true;
    }

    /// <summary>On 256-bit vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows4By1On256(byte* w, nint rowBytes, nint ahead, float* x, int k, float* lanes)
    {
        var nibble = Vector256.Create(15);
        var eight = Vector256.Create(8);
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
        for (; k > 0; k -= Q4_0Unpacking.Values)
        {
            Prefetch.Next(w + ahead);
            var scale0 = Vector256.Create(Widening.Scale(w));
            var pairs00 = Widening.Unsigned256(w + 2);
            a0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle((pairs00 & nibble) - eight) * scale0, Vector256.Load(x), a0);
            a0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle((pairs00 >>> 4) - eight) * scale0, Vector256.Load(x + 16), a0);
            var pairs01 = Widening.Unsigned256(w + 10);
            a1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle((pairs01 & nibble) - eight) * scale0, Vector256.Load(x + 8), a1);
            a1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle((pairs01 >>> 4) - eight) * scale0, Vector256.Load(x + 24), a1);
            w += Q4_0Unpacking.Bytes;
            Prefetch.Next(w1 + ahead);
            var scale1 = Vector256.Create(Widening.Scale(w1));
            var pairs10 = Widening.Unsigned256(w1 + 2);
            b0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle((pairs10 & nibble) - eight) * scale1, Vector256.Load(x), b0);
            b0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle((pairs10 >>> 4) - eight) * scale1, Vector256.Load(x + 16), b0);
            var pairs11 = Widening.Unsigned256(w1 + 10);
            b1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle((pairs11 & nibble) - eight) * scale1, Vector256.Load(x + 8), b1);
            b1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle((pairs11 >>> 4) - eight) * scale1, Vector256.Load(x + 24), b1);
            w1 += Q4_0Unpacking.Bytes;
            Prefetch.Next(w2 + ahead);
            var scale2 = Vector256.Create(Widening.Scale(w2));
            var pairs20 = Widening.Unsigned256(w2 + 2);
            c0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle((pairs20 & nibble) - eight) * scale2, Vector256.Load(x), c0);
            c0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle((pairs20 >>> 4) - eight) * scale2, Vector256.Load(x + 16), c0);
            var pairs21 = Widening.Unsigned256(w2 + 10);
            c1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle((pairs21 & nibble) - eight) * scale2, Vector256.Load(x + 8), c1);
            c1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle((pairs21 >>> 4) - eight) * scale2, Vector256.Load(x + 24), c1);
            w2 += Q4_0Unpacking.Bytes;
            Prefetch.Next(w3 + ahead);
            var scale3 = Vector256.Create(Widening.Scale(w3));
            var pairs30 = Widening.Unsigned256(w3 + 2);
            d0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle((pairs30 & nibble) - eight) * scale3, Vector256.Load(x), d0);
            d0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle((pairs30 >>> 4) - eight) * scale3, Vector256.Load(x + 16), d0);
            var pairs31 = Widening.Unsigned256(w3 + 10);
            d1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle((pairs31 & nibble) - eight) * scale3, Vector256.Load(x + 8), d1);
            d1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle((pairs31 >>> 4) - eight) * scale3, Vector256.Load(x + 24), d1);
            w3 += Q4_0Unpacking.Bytes;
            x += Q4_0Unpacking.Values;
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
