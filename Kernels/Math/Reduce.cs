using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>
/// Sums and maxima over a row in a fixed order: element i belongs to virtual lane i mod 64, each lane adds its elements in order, and lanes fold by halves
/// (lane l takes lane l + 32, then + 16, … + 1). A rest shorter than 64 is padded with the neutral element. Any vector width gives the same bits.
/// </summary>
/// <remarks>
/// Four accumulators of one vector each are live at a time: 512 bits cover the 64 lanes in one sweep, narrower vectors in 2, 4 or 16 sweeps over lanes of
/// the same cache lines.
/// </remarks>
internal static unsafe class Reduce
{
    /// <summary>Virtual lanes; a contract, as changing it changes bits.</summary>
    public const int Lanes = 64;

    // A rest of whole widest vectors needs no padding; one rule for all widths, as adding a neutral zero may turn -0 into +0.
    private const int WidestVector = 16;

    /// <summary>Σ x.</summary>
    public static float Sum(float* x, int count) => Run<SumStep>(x, x, 0, count);

    /// <summary>Σ x².</summary>
    public static float SumOfSquares(float* x, int count) => Run<DotStep>(x, x, 0, count);

    /// <summary>Σ left · right.</summary>
    public static float Dot(float* left, float* right, int count) => Run<DotStep>(left, right, 0, count);

    /// <summary>The largest element, -infinity of none; NaNs are passed over.</summary>
    public static float Max(float* x, int count) => Run<MaxStep>(x, x, float.NegativeInfinity, count);

    /// <summary>Σ x², inside a kernel that already knows its width.</summary>
    internal static float SumOfSquares<TSimd, TVector>(float* x, int count)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => Run<DotStep, TSimd, TVector>(x, x, 0, count);

    /// <summary>The largest element, inside a kernel that already knows its width.</summary>
    internal static float Max<TSimd, TVector>(float* x, int count)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => Run<MaxStep, TSimd, TVector>(x, x, float.NegativeInfinity, count);

    /// <summary>Σ x, inside a kernel that already knows its width.</summary>
    internal static float Sum<TSimd, TVector>(float* x, int count)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => Run<SumStep, TSimd, TVector>(x, x, 0, count);

    private static float Run<TStep>(float* left, float* right, float neutral, int count)
        where TStep : struct, IReduceStep => SimdWidth.Current switch
        {
            16 => Run<TStep, Simd512, Vector512<float>>(left, right, neutral, count),
            8 => Run<TStep, Simd256, Vector256<float>>(left, right, neutral, count),
            4 => Run<TStep, Simd128, Vector128<float>>(left, right, neutral, count),
            _ => Run<TStep, SimdScalar, float>(left, right, neutral, count),
        };

    /// <summary>A reduction of the caller's own steps, inside a kernel that already knows its width.</summary>
    [SkipLocalsInit]
    internal static float Run<TStep, TSimd, TVector>(float* left, float* right, float neutral, int count)
        where TStep : struct, IReduceStep
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var lanes = stackalloc float[Lanes];
        Accumulate<TStep, TSimd, TVector>(left, right, neutral, count, lanes);
        return Fold<TStep, TSimd, TVector>(lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Fold<TStep, TSimd, TVector>(float* lanes)
        where TStep : struct, IReduceStep
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var half = Lanes / 2;
        for (; half >= TSimd.Count; half /= 2)
        {
            for (var i = 0; i < half; i += TSimd.Count)
            {
                TSimd.Store(TStep.Fold<TSimd, TVector>(TSimd.Load(lanes + i), TSimd.Load(lanes + i + half)), lanes + i);
            }
        }

        // What is left is 16 lanes or less: the last folds stay in a register, as a scalar read of what a vector wrote has to wait.
        for (; half >= Simd128.Count; half /= 2)
        {
            for (var i = 0; i < half; i += Simd128.Count)
            {
                Simd128.Store(TStep.Fold<Simd128, Vector128<float>>(Simd128.Load(lanes + i), Simd128.Load(lanes + i + half)), lanes + i);
            }
        }

        if (half == 0)
        {
            return lanes[0];
        }

        var four = Simd128.Load(lanes);
        var two = TStep.Fold<Simd128, Vector128<float>>(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return TStep.Fold<Simd128, Vector128<float>>(two, Vector128.Shuffle(two, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate<TStep, TSimd, TVector>(float* left, float* right, float neutral, int count, float* lanes)
        where TStep : struct, IReduceStep
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var whole = count & -Lanes;
        var rest = count - whole;
        var paddedLeft = stackalloc float[Lanes];
        var paddedRight = stackalloc float[Lanes];
        var padded = rest % WidestVector != 0;
        if (padded)
        {
            new Span<float>(paddedLeft, Lanes).Fill(neutral);
            new Span<float>(left + whole, rest).CopyTo(new Span<float>(paddedLeft, Lanes));
            new Span<float>(paddedRight, Lanes).Fill(neutral);
            new Span<float>(right + whole, rest).CopyTo(new Span<float>(paddedRight, Lanes));
        }

        var width = TSimd.Count;
        for (var lane = 0; lane < Lanes; lane += 4 * width)
        {
            var a0 = TSimd.Create(neutral);
            var a1 = a0;
            var a2 = a0;
            var a3 = a0;
            for (var i = lane; i < whole; i += Lanes)
            {
                a0 = TStep.Add<TSimd, TVector>(a0, TSimd.Load(left + i), TSimd.Load(right + i));
                a1 = TStep.Add<TSimd, TVector>(a1, TSimd.Load(left + i + width), TSimd.Load(right + i + width));
                a2 = TStep.Add<TSimd, TVector>(a2, TSimd.Load(left + i + (2 * width)), TSimd.Load(right + i + (2 * width)));
                a3 = TStep.Add<TSimd, TVector>(a3, TSimd.Load(left + i + (3 * width)), TSimd.Load(right + i + (3 * width)));
            }

            if (padded || lane < rest)
            {
                // Whole vectors straight from the row; lanes that nothing reaches keep their value.
                var l = padded ? paddedLeft + lane : left + whole + lane;
                var r = padded ? paddedRight + lane : right + whole + lane;
                var vectors = padded ? 4 : Math.Min(4, (rest - lane) / width);
                a0 = TStep.Add<TSimd, TVector>(a0, TSimd.Load(l), TSimd.Load(r));
                a1 = vectors > 1 ? TStep.Add<TSimd, TVector>(a1, TSimd.Load(l + width), TSimd.Load(r + width)) : a1;
                a2 = vectors > 2 ? TStep.Add<TSimd, TVector>(a2, TSimd.Load(l + (2 * width)), TSimd.Load(r + (2 * width))) : a2;
                a3 = vectors > 3 ? TStep.Add<TSimd, TVector>(a3, TSimd.Load(l + (3 * width)), TSimd.Load(r + (3 * width))) : a3;
            }

            TSimd.Store(a0, lanes + lane);
            TSimd.Store(a1, lanes + lane + width);
            TSimd.Store(a2, lanes + lane + (2 * width));
            TSimd.Store(a3, lanes + lane + (3 * width));
        }
    }

    /// <summary>What a reduction does with an element and with two lanes.</summary>
    internal interface IReduceStep
    {
        /// <summary>The lane's next value.</summary>
        static abstract TVector Add<TSimd, TVector>(TVector sum, TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged;

        /// <summary>Two lanes into one.</summary>
        static abstract TVector Fold<TSimd, TVector>(TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged;
    }

    private readonly struct SumStep : IReduceStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Add<TSimd, TVector>(TVector sum, TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Add(sum, left);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Fold<TSimd, TVector>(TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Add(left, right);
    }

    private readonly struct DotStep : IReduceStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Add<TSimd, TVector>(TVector sum, TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Fma(left, right, sum);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Fold<TSimd, TVector>(TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.Add(left, right);
    }

    private readonly struct MaxStep : IReduceStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Add<TSimd, TVector>(TVector sum, TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.IfGreater(left, sum, left, sum);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Fold<TSimd, TVector>(TVector left, TVector right)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged => TSimd.IfGreater(right, left, right, left);
    }
}
