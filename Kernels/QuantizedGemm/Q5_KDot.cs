using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>Running sums of dot products of four rows of Q5_K with one row of X, without a detour through unpacked values; the same bits as with one.</summary>
/// <remarks>The arguments are those of <see cref="DotTile512"/>; k is a multiple of 256. Values, each rounded once, are those of <see cref="Q5_KUnpacking"/>.</remarks>
internal static unsafe class Q5_KDot
{
    /// <summary>On 512-bit vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows4By1On512(byte* w, nint rowBytes, nint ahead, float* x, int k, float* lanes)
    {
        var scales = stackalloc float[4 * 16];
        var w1 = w + rowBytes;
        var w2 = w1 + rowBytes;
        var w3 = w2 + rowBytes;
        var a = Vector512.Load(lanes);
        var b = Vector512.Load(lanes + 16);
        var c = Vector512.Load(lanes + 32);
        var d = Vector512.Load(lanes + 48);
        for (; k > 0; k -= KQuantScales.Values, x += KQuantScales.Values)
        {
            Prepare(w, ahead, scales);
            Prepare(w1, ahead, scales + 16);
            Prepare(w2, ahead, scales + 32);
            Prepare(w3, ahead, scales + 48);
            a = Block(w, scales, x, a);
            b = Block(w1, scales + 16, x, b);
            c = Block(w2, scales + 32, x, c);
            d = Block(w3, scales + 48, x, d);
            w += Q5_KUnpacking.Bytes;
            w1 += Q5_KUnpacking.Bytes;
            w2 += Q5_KUnpacking.Bytes;
            w3 += Q5_KUnpacking.Bytes;
        }

        a.Store(lanes);
        b.Store(lanes + 16);
        c.Store(lanes + 32);
        d.Store(lanes + 48);
    }

    /// <summary>Asks for the row's next block and expands this one's scales and minima.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prepare(byte* block, nint ahead, float* scales)
    {
        Prefetch.Range(block + ahead, Q5_KUnpacking.Bytes);
        KQuantScales.Expand(block, scales);
    }

    /// <summary>256 values of a row, in their order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Block(byte* block, float* scales, float* x, Vector512<float> sum)
    {
        var nibble = Vector512.Create(15);
        var fifth = Vector512.Create(16);
        var high0 = Widening.Unsigned512(block + Q5_KUnpacking.HighOffset) << 4;
        var high1 = Widening.Unsigned512(block + Q5_KUnpacking.HighOffset + 16) << 4;
        var codes = block + Q5_KUnpacking.CodesOffset;
        for (var j = 0; j < 8; j += 2, codes += 32, x += 64)
        {
            var pairs0 = Widening.Unsigned512(codes);
            var pairs1 = Widening.Unsigned512(codes + 16);
            sum = Add((pairs0 & nibble) | (high0 & fifth), scales + j, x, sum);
            sum = Add((pairs1 & nibble) | (high1 & fifth), scales + j, x + 16, sum);
            sum = Add((pairs0 >>> 4) | ((high0 >>> 1) & fifth), scales + j + 1, x + 32, sum);
            sum = Add((pairs1 >>> 4) | ((high1 >>> 1) & fifth), scales + j + 1, x + 48, sum);
            high0 >>>= 2;
            high1 >>>= 2;
        }

        return sum;
    }

    /// <summary>16 values with the scale at <paramref name="scale"/> and the minimum eight behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Add(Vector512<int> codes, float* scale, float* x, Vector512<float> sum)
    {
        var values = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(codes), Vector512.Create(scale[0]), Vector512.Create(scale[8]));
        return Vector512.FusedMultiplyAdd(values, Vector512.Load(x), sum);
    }
}
