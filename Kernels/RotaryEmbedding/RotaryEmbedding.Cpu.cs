using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

internal static partial class RotaryEmbedding
{
    /// <summary>What sine and cosine of a token cost, in heads that are turned by them.</summary>
    private const int CostOfAngles = 16;

    /// <summary>
    /// One token an item: sines and cosines of up to <see cref="PairsAtOnce"/> pairs in float64, rounded once, shared by all heads;
    /// then <c>lo' = lo · cos - hi · sin</c>, <c>hi' = hi · cos + lo · sin</c>, the first product fused. Deterministic. Twin: <c>RotaryReference</c>.
    /// </summary>
    private unsafe struct Kernel : ISimdKernel
    {
        private const int PairsAtOnce = 64;

        public RowView Input;
        public RowView Output;
        public long* Positions;
        public (double High, double Low)* Frequencies;
        public int Heads;
        public int Half;
        public double Direction;

        [SkipLocalsInit]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<TSimd, TVector>(int begin, int end)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            var cosines = stackalloc float[PairsAtOnce];
            var sines = stackalloc float[PairsAtOnce];
            for (var token = begin; token < end; token++)
            {
                for (var first = 0; first < Half; first += PairsAtOnce)
                {
                    var count = Math.Min(PairsAtOnce, Half - first);
                    for (var i = 0; i < count; i++)
                    {
                        var (sine, cosine) = Angle(token, first + i);
                        (sines[i], cosines[i]) = ((float)sine, (float)cosine);
                    }

                    for (var head = 0; head < Heads; head++)
                    {
                        var row = ((long)token * Heads) + head;
                        Turn<TSimd, TVector>((float*)Input.Row(row) + first, (float*)Output.Row(row) + first, sines, cosines, count);
                    }
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void RunDouble(int begin, int end)
        {
            for (var token = begin; token < end; token++)
            {
                for (var i = 0; i < Half; i++)
                {
                    var (sine, cosine) = Angle(token, i);
                    for (var head = 0; head < Heads; head++)
                    {
                        var row = ((long)token * Heads) + head;
                        var x = (double*)Input.Row(row);
                        var y = (double*)Output.Row(row);
                        var (low, high) = (x[i], x[i + Half]);
                        y[i] = Math.FusedMultiplyAdd(low, cosine, -(high * sine));
                        y[i + Half] = Math.FusedMultiplyAdd(high, cosine, low * sine);
                    }
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Turn<TSimd, TVector>(float* x, float* y, float* sines, float* cosines, int count)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            var half = Half;
            var i = 0;
            for (; i <= count - TSimd.Count; i += TSimd.Count)
            {
                var (low, high) = (TSimd.Load(x + i), TSimd.Load(x + i + half));
                var (sine, cosine) = (TSimd.Load(sines + i), TSimd.Load(cosines + i));
                var back = TSimd.Subtract(TSimd.Create(-0f), TSimd.Multiply(high, sine));
                TSimd.Store(TSimd.Fma(low, cosine, back), y + i);
                TSimd.Store(TSimd.Fma(high, cosine, TSimd.Multiply(low, sine)), y + i + half);
            }

            for (; i < count; i++)
            {
                var (low, high) = (x[i], x[i + half]);
                y[i] = MathF.FusedMultiplyAdd(low, cosines[i], -0f - (high * sines[i]));
                y[i + half] = MathF.FusedMultiplyAdd(high, cosines[i], low * sines[i]);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly (double Sine, double Cosine) Angle(int token, int pair)
        {
            var (position, frequency) = (Direction * Positions[token], Frequencies[pair]);
            var angle = position * frequency.High;
            var rest = Math.FusedMultiplyAdd(position, frequency.High, -angle) + (position * frequency.Low);
            return DoubleMath.SinCos(angle, rest);
        }
    }
}
