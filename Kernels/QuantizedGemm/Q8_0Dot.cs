using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>Running sums of dot products of four rows of Q8_0 with one row of X, without a detour through unpacked values; the same bits as with one.</summary>
/// <remarks>The arguments are those of <see cref="DotTile512"/>; k is a multiple of 32. Value = scale · code is exact, so only the chains round.</remarks>
internal static unsafe class Q8_0Dot
{
    /// <summary>On 512-bit vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows4By1On512(byte* w, nint rowBytes, nint ahead, float* x, int k, float* lanes)
    {
        var w1 = w + rowBytes;
        var w2 = w1 + rowBytes;
        var w3 = w2 + rowBytes;
        var a0 = Vector512.Load(lanes);
        var b0 = Vector512.Load(lanes + 16);
        var c0 = Vector512.Load(lanes + 32);
        var d0 = Vector512.Load(lanes + 48);
        for (; k > 0; k -= Q8_0Unpacking.Values)
        {
            var x0 = Vector512.Load(x);
            var x1 = Vector512.Load(x + 16);
            var scale0 = Vector512.Create(Widening.Scale(w));
            Prefetch.Next(w + ahead);
            a0 = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(Widening.Signed512(w + 2)) * scale0, x0, a0);
            a0 = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(Widening.Signed512(w + 18)) * scale0, x1, a0);
            w += Q8_0Unpacking.Bytes;
            var scale1 = Vector512.Create(Widening.Scale(w1));
            Prefetch.Next(w1 + ahead);
            b0 = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(Widening.Signed512(w1 + 2)) * scale1, x0, b0);
            b0 = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(Widening.Signed512(w1 + 18)) * scale1, x1, b0);
            w1 += Q8_0Unpacking.Bytes;
            var scale2 = Vector512.Create(Widening.Scale(w2));
            Prefetch.Next(w2 + ahead);
            c0 = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(Widening.Signed512(w2 + 2)) * scale2, x0, c0);
            c0 = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(Widening.Signed512(w2 + 18)) * scale2, x1, c0);
            w2 += Q8_0Unpacking.Bytes;
            var scale3 = Vector512.Create(Widening.Scale(w3));
            Prefetch.Next(w3 + ahead);
            d0 = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(Widening.Signed512(w3 + 2)) * scale3, x0, d0);
            d0 = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(Widening.Signed512(w3 + 18)) * scale3, x1, d0);
            w3 += Q8_0Unpacking.Bytes;
            x += Q8_0Unpacking.Values;
        }

        a0.Store(lanes);
        b0.Store(lanes + 16);
        c0.Store(lanes + 32);
        d0.Store(lanes + 48);
    }

    /// <summary>On 256-bit vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows4By1On256(byte* w, nint rowBytes, nint ahead, float* x, int k, float* lanes)
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
        for (; k > 0; k -= Q8_0Unpacking.Values)
        {
            var x0 = Vector256.Load(x);
            var x1 = Vector256.Load(x + 8);
            var x2 = Vector256.Load(x + 16);
            var x3 = Vector256.Load(x + 24);
            var scale0 = Vector256.Create(Widening.Scale(w));
            Prefetch.Next(w + ahead);
            a0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Widening.Signed256(w + 2)) * scale0, x0, a0);
            a1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Widening.Signed256(w + 10)) * scale0, x1, a1);
            a0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Widening.Signed256(w + 18)) * scale0, x2, a0);
            a1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Widening.Signed256(w + 26)) * scale0, x3, a1);
            w += Q8_0Unpacking.Bytes;
            var scale1 = Vector256.Create(Widening.Scale(w1));
            Prefetch.Next(w1 + ahead);
            b0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Widening.Signed256(w1 + 2)) * scale1, x0, b0);
            b1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Widening.Signed256(w1 + 10)) * scale1, x1, b1);
            b0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Widening.Signed256(w1 + 18)) * scale1, x2, b0);
            b1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Widening.Signed256(w1 + 26)) * scale1, x3, b1);
            w1 += Q8_0Unpacking.Bytes;
            var scale2 = Vector256.Create(Widening.Scale(w2));
            Prefetch.Next(w2 + ahead);
            c0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Widening.Signed256(w2 + 2)) * scale2, x0, c0);
            c1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Widening.Signed256(w2 + 10)) * scale2, x1, c1);
            c0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Widening.Signed256(w2 + 18)) * scale2, x2, c0);
            c1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Widening.Signed256(w2 + 26)) * scale2, x3, c1);
            w2 += Q8_0Unpacking.Bytes;
            var scale3 = Vector256.Create(Widening.Scale(w3));
            Prefetch.Next(w3 + ahead);
            d0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Widening.Signed256(w3 + 2)) * scale3, x0, d0);
            d1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Widening.Signed256(w3 + 10)) * scale3, x1, d1);
            d0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Widening.Signed256(w3 + 18)) * scale3, x2, d0);
            d1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Widening.Signed256(w3 + 26)) * scale3, x3, d1);
            w3 += Q8_0Unpacking.Bytes;
            x += Q8_0Unpacking.Values;
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
