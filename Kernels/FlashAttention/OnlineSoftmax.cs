using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>
/// The running softmax of a tile of scores that is stored key by key, [keys, TileRows]: query rows lie along the vectors, so maxima and sums need no fold
/// across lanes. Each row's sum is one chain over its keys in order.
/// </summary>
internal static unsafe class OnlineSoftmax
{
    // A row that has seen no key yet has maximum -infinity; differences are taken from this instead, and exp gives exact zeros.
    private const float LowestMax = -1e30f;

    /// <summary>Turns scores into weights <c>exp(score - rowMax)</c> and moves rowMax and rowSum on.</summary>
    /// <param name="scores">First key's row of scores; overwritten by the weights.</param>
    /// <param name="keys">Keys.</param>
    /// <param name="rows">Query rows; the rows up to the next multiple of 16 are treated too.</param>
    /// <param name="state">The rows' running values.</param>
    /// <param name="masked">Whether some pair is invisible: then <see cref="SoftmaxRows.Lowest"/> and <see cref="SoftmaxRows.Highest"/> bound each row's keys.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Update<TSimd, TVector>(float* scores, int keys, int rows, in SoftmaxRows state, bool masked)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (var r = 0; r < rows; r += TSimd.Count)
        {
            var column = scores + r;
            if (masked)
            {
                Mask<TSimd, TVector>(column, keys, TSimd.Load(state.Lowest + r), TSimd.Load(state.Highest + r));
            }

            var before = TSimd.Load(state.Max + r);
            var max = Max<TSimd, TVector>(column, keys, before);
            TSimd.Store(max, state.Max + r);

            var origin = TSimd.IfGreater(max, TSimd.Create(LowestMax), max, TSimd.Create(LowestMax));
            var correction = SimdMath.Exp<TSimd, TVector>(TSimd.Subtract(before, origin));
            TSimd.Store(correction, state.Correction + r);

            var sum = TSimd.Multiply(TSimd.Load(state.Sum + r), correction);
            for (var key = 0; key < keys; key++)
            {
                var weight = SimdMath.Exp<TSimd, TVector>(TSimd.Subtract(TSimd.Load(column), origin));
                TSimd.Store(weight, column);
                sum = TSimd.Add(sum, weight);
                column += FlashAttentionSchedule.TileRows;
            }

            TSimd.Store(sum, state.Sum + r);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mask<TSimd, TVector>(float* column, int keys, TVector lowest, TVector highest)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var invisible = TSimd.Create(float.NegativeInfinity);
        for (var key = 0; key < keys; key++)
        {
            var at = TSimd.Create(key);
            var score = TSimd.Load(column);
            score = TSimd.IfGreater(at, highest, invisible, score);
            score = TSimd.IfGreater(lowest, at, invisible, score);
            TSimd.Store(score, column);
            column += FlashAttentionSchedule.TileRows;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static TVector Max<TSimd, TVector>(float* column, int keys, TVector max)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        // Four chains hide the latency of compare and select; the order of a maximum leaves no trace.
        const int Step = FlashAttentionSchedule.TileRows;
        var (m1, m2, m3) = (max, max, max);
        var key = 0;
        for (; key + 4 <= keys; key += 4)
        {
            max = Larger<TSimd, TVector>(TSimd.Load(column), max);
            m1 = Larger<TSimd, TVector>(TSimd.Load(column + Step), m1);
            m2 = Larger<TSimd, TVector>(TSimd.Load(column + (2 * Step)), m2);
            m3 = Larger<TSimd, TVector>(TSimd.Load(column + (3 * Step)), m3);
            column += 4 * Step;
        }

        for (; key < keys; key++)
        {
            max = Larger<TSimd, TVector>(TSimd.Load(column), max);
            column += Step;
        }

        return Larger<TSimd, TVector>(Larger<TSimd, TVector>(m1, max), Larger<TSimd, TVector>(m2, m3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Larger<TSimd, TVector>(TVector left, TVector right)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => TSimd.IfGreater(left, right, left, right);
}

/// <summary>Running values of the query rows of a tile, one float a row each.</summary>
internal unsafe struct SoftmaxRows
{
    /// <summary>Arrays here.</summary>
    internal const int Arrays = 5;

    /// <summary>Largest score so far (m).</summary>
    internal float* Max;

    /// <summary>Sum of the weights so far, relative to <see cref="Max"/> (l).</summary>
    internal float* Sum;

    /// <summary>What earlier weights have to be multiplied by after the last update.</summary>
    internal float* Correction;

    /// <summary>First key of the tile that the row sees, as a float: tile indices are small.</summary>
    internal float* Lowest;

    /// <summary>Last key of the tile that the row sees.</summary>
    internal float* Highest;

    /// <summary>The arrays, one after the other.</summary>
    internal static SoftmaxRows At(float* memory, int rows) => new()
    {
        Max = memory,
        Sum = memory + rows,
        Correction = memory + (2 * rows),
        Lowest = memory + (3 * rows),
        Highest = memory + (4 * rows),
    };
}
