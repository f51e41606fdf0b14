using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>Running sums of dot products of four rows of Q6_K with one row of X, without a detour through unpacked values; the same bits as with one.</summary>
/// <remarks>The arguments are those of <see cref="DotTile512"/>; k is a multiple of 256. Values, see <see cref="Q6_KUnpacking"/>, are exact: only the chains round.</remarks>
internal static unsafe class Q6_KDot
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
        for (; k > 0; k -= KQuantScales.Values)
        {
            Prepare(w, ahead, scales);
            Prepare(w1, ahead, scales + 16);
            Prepare(w2, ahead, scales + 32);
            Prepare(w3, ahead, scales + 48);
            for (var half = 0; half < 2; half++, x += 128)
            {
                a = Half(w, half, scales, x, a);
                b = Half(w1, half, scales + 16, x, b);
                c = Half(w2, half, scales + 32, x, c);
                d = Half(w3, half, scales + 48, x, d);
            }

            w += Q6_KUnpacking.Bytes;
            w1 += Q6_KUnpacking.Bytes;
            w2 += Q6_KUnpacking.Bytes;
            w3 += Q6_KUnpacking.Bytes;
        }

        a.Store(lanes);
        b.Store(lanes + 16);
        c.Store(lanes + 32);
        d.Store(lanes + 48);
    }

    /// <summary>Asks for the row's next block and expands this one's sixteen scales.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prepare(byte* block, nint ahead, float* scales)
    {
        Prefetch.Range(block + ahead, Q6_KUnpacking.Bytes);
        var d = Vector512.Create(Widening.Scale(block + Q6_KUnpacking.DOffset));
        (Vector512.ConvertToSingle(Widening.Signed512(block + Q6_KUnpacking.ScalesOffset)) * d).Store(scales);
    }

    /// <summary>128 values of a row, in their order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Half(byte* block, int half, float* scales, float* x, Vector512<float> sum)
    {
        var nibble = Vector512.Create(15);
        var pair = Vector512.Create(0x30);
        var low = block + (64 * half);
        var high = block + Q6_KUnpacking.HighOffset + (32 * half);
        scales += 8 * half;
        var low0 = Widening.Unsigned512(low);
        var low1 = Widening.Unsigned512(low + 16);
        var low2 = Widening.Unsigned512(low + 32);
        var low3 = Widening.Unsigned512(low + 48);
        var high0 = Widening.Unsigned512(high);
        var high1 = Widening.Unsigned512(high + 16);
        sum = Add((low0 & nibble) | ((high0 << 4) & pair), scales[0], x, sum);
        sum = Add((low1 & nibble) | ((high1 << 4) & pair), scales[1], x + 16, sum);
        sum = Add((low2 & nibble) | ((high0 << 2) & pair), scales[2], x + 32, sum);
        sum = Add((low3 & nibble) | ((high1 << 2) & pair), scales[3], x + 48, sum);
        sum = Add((low0 >>> 4) | (high0 & pair), scales[4], x + 64, sum);
        sum = Add((low1 >>> 4) | (high1 & pair), scales[5], x + 80, sum);
        sum = Add((low2 >>> 4) | ((high0 >>> 2) & pair), scales[6], x + 96, sum);
        return Add((low3 >>> 4) | ((high1 >>> 2) & pair), scales[7], x + 112, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Add(Vector512<int> codes, float scale, float* x, Vector512<float> sum) =>
        Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(codes - Vector512.Create(32)) * Vector512.Create(scale), Vector512.Load(x), sum);
}
