using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>The weighted sum over values for one query token, straight from where the values lie: 4 heads by two vectors of P at a time.</summary>
/// <remarks>Each output element is one chain over the keys in order, as in <see cref="TileProduct"/>, so packing or not leaves no trace in the bits.</remarks>
internal static unsafe class DecodeValues
{
    private const int Heads = PanelLayout.SmallRows;
    private const int Step = FlashAttentionSchedule.TileRows;

    /// <summary>Whole panels only: a load must not reach past the last value.</summary>
    internal static bool Fits(int headSize) => headSize % TileProduct.Columns == 0;

    /// <summary><c>output[head, p] += Σ_key weights[key * TileRows + head] v[key, p]</c> for the keys <c>[first, first + keys)</c>.</summary>
    internal static void Run<TSimd, TVector>(
        in AttentionProblem<float> problem, in AttentionSequence<float> sequence, int keyValueHead, int first, int keys, float* weights, int heads, float* output)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var size = problem.HeadSize;
        for (var key = 0; key < keys;)
        {
            var values = sequence.ValueRow(problem, keyValueHead, first + key);
            var run = Math.Min(keys - key, sequence.RunOf(first + key));
            for (var column = 0; column < size; column += 2 * TSimd.Count)
            {
                for (var head = 0; head < heads; head += Heads)
                {
                    Tile<TSimd, TVector>(run, weights + (key * Step) + head, values + column, size, output + ((nint)head * size) + column);
                }
            }

            key += run;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<TSimd, TVector>(int keys, float* weights, float* values, nint size, float* output)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var o1 = output + size;
        var o2 = o1 + size;
        var o3 = o2 + size;
        var (c0a, c0b) = (TSimd.Load(output), TSimd.Load(output + TSimd.Count));
        var (c1a, c1b) = (TSimd.Load(o1), TSimd.Load(o1 + TSimd.Count));
        var (c2a, c2b) = (TSimd.Load(o2), TSimd.Load(o2 + TSimd.Count));
        var (c3a, c3b) = (TSimd.Load(o3), TSimd.Load(o3 + TSimd.Count));
        for (; keys > 0; keys--)
        {
            var (va, vb) = (TSimd.Load(values), TSimd.Load(values + TSimd.Count));
            var w0 = TSimd.Create(weights[0]);
            c0a = TSimd.Fma(w0, va, c0a);
            c0b = TSimd.Fma(w0, vb, c0b);
            var w1 = TSimd.Create(weights[1]);
            c1a = TSimd.Fma(w1, va, c1a);
            c1b = TSimd.Fma(w1, vb, c1b);
            var w2 = TSimd.Create(weights[2]);
            c2a = TSimd.Fma(w2, va, c2a);
            c2b = TSimd.Fma(w2, vb, c2b);
            var w3 = TSimd.Create(weights[3]);
            c3a = TSimd.Fma(w3, va, c3a);
            c3b = TSimd.Fma(w3, vb, c3b);
            values += size;
            weights += Step;
        }

        TSimd.Store(c0a, output);
        TSimd.Store(c0b, output + TSimd.Count);
        TSimd.Store(c1a, o1);
        TSimd.Store(c1b, o1 + TSimd.Count);
        TSimd.Store(c2a, o2);
        TSimd.Store(c2b, o2 + TSimd.Count);
        TSimd.Store(c3a, o3);
        TSimd.Store(c3b, o3 + TSimd.Count);
    }
}
