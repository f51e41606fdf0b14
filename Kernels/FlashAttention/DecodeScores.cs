using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PlamoNative.Kernels;

/// <summary>
/// Scores of one query token: the query heads of a key-value head lie along the vector and each key's elements are broadcast from where the key lies, so a
/// cache's row is read once for all its heads and nothing is packed. A score is one chain over p, as in the tiles of the prefill form.
/// </summary>
internal static unsafe class DecodeScores
{
    /// <summary>Heads of a whole panel.</summary>
    internal const int Lanes = 16;

    private const int KeysAtOnce = 12;

    // Far enough ahead for the latency of memory, into the second cache: the first one has too few misses in flight.
    private const int KeysAhead = 4 * KeysAtOnce;
    private const int Step = FlashAttentionSchedule.TileRows;

    /// <summary>Lanes that a panel of <paramref name="heads"/> heads takes: 4, 8 or 16.</summary>
    internal static int Width(int heads) => heads <= 4 ? 4 : heads <= 8 ? 8 : Lanes;

    /// <summary><c>scores[key * TileRows + head] = Σ_p k[key, p] q[p, head]</c> for the keys <c>[first, first + keys)</c>.</summary>
    /// <param name="problem">The call.</param>
    /// <param name="sequence">The sequence.</param>
    /// <param name="keyValueHead">The key-value head.</param>
    /// <param name="first">First key.</param>
    /// <param name="keys">Keys.</param>
    /// <param name="queries">Panels of up to 16 heads, each <c>panel[p * width + head]</c>.</param>
    /// <param name="heads">Heads here.</param>
    /// <param name="width">Heads of a panel with what fills it: 4, 8 or 16.</param>
    /// <param name="scores">[keys, TileRows].</param>
    internal static void Run<TSimd, TVector>(
        in AttentionProblem<float> problem, in AttentionSequence<float> sequence, int keyValueHead, int first, int keys, float* queries, int heads, int width, float* scores)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (var key = 0; key < keys;)
        {
            // A run of rows (of keys, and likewise of values) that lie one after the other: it ends where the ring wraps and where the cache ends.
            var row = sequence.KeyRow(problem, keyValueHead, first + key);
            var value = sequence.ValueRow(problem, keyValueHead, first + key);
            var run = Math.Min(keys - key, sequence.RunOf(first + key));
            for (var head = 0; head < heads; head += width)
            {
                var panel = queries + ((nint)head * problem.HeadSize);
                Panel<TSimd, TVector>(row, value, problem.HeadSize, run, panel, width, scores + (key * Step) + head);
            }

            key += run;
        }
    }

    private static void Panel<TSimd, TVector>(float* key, float* value, int headSize, int keys, float* queries, int width, float* scores)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        if (TSimd.Count > width)
        {
            // Few heads: narrower vectors waste no lanes, and twice as many of them run at once.
            if (width == 8)
            {
                Rows<Simd256, Vector256<float>>(key, value, headSize, keys, queries, width, scores);
            }
            else
            {
                Rows<Simd128, Vector128<float>>(key, value, headSize, keys, queries, width, scores);
            }
        }
        else
        {
            Rows<TSimd, TVector>(key, value, headSize, keys, queries, width, scores);
        }
    }

    private static void Rows<TSimd, TVector>(float* key, float* value, int headSize, int keys, float* queries, int width, float* scores)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (; keys >= KeysAtOnce; keys -= KeysAtOnce)
        {
            for (var lane = 0; lane < width; lane += TSimd.Count)
            {
                Keys12<TSimd, TVector>(key, value, headSize, queries + lane, width, headSize, scores + lane);
            }

            key += (nint)KeysAtOnce * headSize;
            value += (nint)KeysAtOnce * headSize;
            scores += KeysAtOnce * Step;
        }

        while (keys > 0)
        {
            // Less than four keys left: one key four times over, written to one place.
            var count = keys >= 4 ? 4 : 1;
            var (stride, step) = count == 4 ? ((nint)headSize, (nint)Step) : (0, 0);
            for (var lane = 0; lane < width; lane += TSimd.Count)
            {
                Keys4<TSimd, TVector>(key, stride, queries + lane, width, headSize, scores + lane, step);
            }

            key += (nint)count * headSize;
            scores += count * Step;
            keys -= count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Keys12<TSimd, TVector>(float* key, float* value, nint stride, float* queries, nint width, int headSize, float* scores)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var c0 = TSimd.Create(0f);
        var (c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11) = (c0, c0, c0, c0, c0, c0, c0, c0, c0, c0, c0);
        var twice = 2 * stride;
        var next = key + (KeysAhead * stride);
        var k3 = key + (3 * stride);
        var k6 = key + (6 * stride);
        var k9 = key + (9 * stride);
        for (var p = 0; p < headSize; p++)
        {
            var q = TSimd.Load(queries);
            c0 = TSimd.Fma(TSimd.Create(key[0]), q, c0);
            c1 = TSimd.Fma(TSimd.Create(key[stride]), q, c1);
            c2 = TSimd.Fma(TSimd.Create(key[twice]), q, c2);
            c3 = TSimd.Fma(TSimd.Create(k3[0]), q, c3);
            c4 = TSimd.Fma(TSimd.Create(k3[stride]), q, c4);
            c5 = TSimd.Fma(TSimd.Create(k3[twice]), q, c5);
            c6 = TSimd.Fma(TSimd.Create(k6[0]), q, c6);
            c7 = TSimd.Fma(TSimd.Create(k6[stride]), q, c7);
            c8 = TSimd.Fma(TSimd.Create(k6[twice]), q, c8);
            c9 = TSimd.Fma(TSimd.Create(k9[0]), q, c9);
            c10 = TSimd.Fma(TSimd.Create(k9[stride]), q, c10);
            c11 = TSimd.Fma(TSimd.Create(k9[twice]), q, c11);
            if (Sse.IsSupported)
            {
                // Later keys, and these keys' values, come while this computes: 12 floats of each a step, as many as it uses.
                Sse.Prefetch1(next);
                Sse.Prefetch1(value);
                next += KeysAtOnce;
                value += KeysAtOnce;
            }

            queries += width;
            key++;
            k3++;
            k6++;
            k9++;
        }

        TSimd.Store(c0, scores);
        TSimd.Store(c1, scores + Step);
        TSimd.Store(c2, scores + (2 * Step));
        TSimd.Store(c3, scores + (3 * Step));
        TSimd.Store(c4, scores + (4 * Step));
        TSimd.Store(c5, scores + (5 * Step));
        TSimd.Store(c6, scores + (6 * Step));
        TSimd.Store(c7, scores + (7 * Step));
        TSimd.Store(c8, scores + (8 * Step));
        TSimd.Store(c9, scores + (9 * Step));
        TSimd.Store(c10, scores + (10 * Step));
        TSimd.Store(c11, scores + (11 * Step));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Keys4<TSimd, TVector>(float* key, nint stride, float* queries, nint width, int headSize, float* scores, nint step)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var c0 = TSimd.Create(0f);
        var (c1, c2, c3) = (c0, c0, c0);
        var k2 = key + (2 * stride);
        for (var p = 0; p < headSize; p++)
        {
            var q = TSimd.Load(queries);
            c0 = TSimd.Fma(TSimd.Create(key[0]), q, c0);
            c1 = TSimd.Fma(TSimd.Create(key[stride]), q, c1);
            c2 = TSimd.Fma(TSimd.Create(k2[0]), q, c2);
            c3 = TSimd.Fma(TSimd.Create(k2[stride]), q, c3);
            queries += width;
            key++;
            k2++;
        }

        TSimd.Store(c0, scores);
        TSimd.Store(c1, scores + step);
        TSimd.Store(c2, scores + (2 * step));
        TSimd.Store(c3, scores + (3 * step));
    }
}
