using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>Running sums of dot products of four rows of Q4_K with one row of X, without a detour through unpacked values; the same bits as with one.</summary>
/// <remarks>
/// The arguments are those of <see cref="DotTile512"/>; k is a multiple of 256. The 16 possible values of a sub-block, each rounded once, are a table in a register.
/// </remarks>
internal static unsafe class Q4_KDot
{
    /// <summary>On 512-bit vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows4By1On512(byte* w, nint rowBytes, nint ahead, float* x, int k, float* lanes)
    {
        var ramp = Vector512.Create(0f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        var scales = stackalloc float[4 * 16];
        var w1 = w + rowBytes;
        var w2 = w1 + rowBytes;
        var w3 = w2 + rowBytes;
        var a = Vector512.Load(lanes);
        var b = Vector512.Load(lanes + 16);
        var c = Vector512.Load(lanes + 32);
        var d = Vector512.Load(lanes + 48);
        for (; k > 0; k -= KQuantScales.Values)
        {
            Prefetch.Range(w + ahead, Q4_KUnpacking.Bytes);
            Prefetch.Range(w1 + ahead, Q4_KUnpacking.Bytes);
            Prefetch.Range(w2 + ahead, Q4_KUnpacking.Bytes);
            Prefetch.Range(w3 + ahead, Q4_KUnpacking.Bytes);
            KQuantScales.Expand(w, scales);
            KQuantScales.Expand(w1, scales + 16);
            KQuantScales.Expand(w2, scales + 32);
            KQuantScales.Expand(w3, scales + 48);
            for (var j = 0; j < 8; j += 2)
            {
                var codes = Q4_KUnpacking.CodesOffset + (16 * j);
                var x0 = Vector512.Load(x);
                var x1 = Vector512.Load(x + 16);
                var x2 = Vector512.Load(x + 32);
                var x3 = Vector512.Load(x + 48);
                a = SubBlocks(w + codes, ramp, scales + j, x0, x1, x2, x3, a);
                b = SubBlocks(w1 + codes, ramp, scales + 16 + j, x0, x1, x2, x3, b);
                c = SubBlocks(w2 + codes, ramp, scales + 32 + j, x0, x1, x2, x3, c);
                d = SubBlocks(w3 + codes, ramp, scales + 48 + j, x0, x1, x2, x3, d);
                x += 64;
            }

            w += Q4_KUnpacking.Bytes;
            w1 += Q4_KUnpacking.Bytes;
            w2 += Q4_KUnpacking.Bytes;
            w3 += Q4_KUnpacking.Bytes;
        }

        a.Store(lanes);
        b.Store(lanes + 16);
        c.Store(lanes + 32);
        d.Store(lanes + 48);
    }

    /// <summary>64 values of a row: 32 lower nibbles, then the 32 upper ones of the same bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> SubBlocks(
        byte* codes, Vector512<float> ramp, float* scales, Vector512<float> x0, Vector512<float> x1, Vector512<float> x2, Vector512<float> x3, Vector512<float> sum)
    {
        var lower = Vector512.FusedMultiplyAdd(ramp, Vector512.Create(scales[0]), Vector512.Create(scales[8]));
        var upper = Vector512.FusedMultiplyAdd(ramp, Vector512.Create(scales[1]), Vector512.Create(scales[9]));
        var pairs = Widening.Unsigned512(codes);
        var next = Widening.Unsigned512(codes + 16);
        sum = Vector512.FusedMultiplyAdd(Widening.Look(lower, pairs), x0, sum);
        sum = Vector512.FusedMultiplyAdd(Widening.Look(lower, next), x1, sum);
        sum = Vector512.FusedMultiplyAdd(Widening.Look(upper, pairs >>> 4), x2, sum);
        return Vector512.FusedMultiplyAdd(Widening.Look(upper, next >>> 4), x3, sum);
    }
}
