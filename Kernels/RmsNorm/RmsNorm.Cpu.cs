using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

internal static partial class RmsNorm
{
    /// <summary>
    /// One row an item: Σ x² in float32 over 64 virtual lanes (<see cref="Reduce"/>), then its mean and reciprocal root in float64, rounded once; the row is
    /// read twice, the second time from cache. Deterministic. Twin: <c>RmsNormReference</c> in tests/References.
    /// </summary>
    private unsafe struct Kernel : ISimdKernel
    {
        public RowView Input;
        public RowView Output;
        public byte* Weight;
        public int Heads;
        public double Offset;
        public double Epsilon;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<TSimd, TVector>(int begin, int end)
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            var width = Input.Width;
            var offset = TSimd.Create((float)Offset);
            for (var row = begin; row < end; row++)
            {
                var x = (float*)Input.Row(row);
                var y = (float*)Output.Row(row);
                var weight = (float*)Weight + ((row % Heads) * (long)width);
                var mean = Reduce.SumOfSquares<TSimd, TVector>(x, width) / (double)width;
                var inverseRms = (float)(1 / Math.Sqrt(mean + Epsilon));
                var factor = TSimd.Create(inverseRms);
                var i = 0;
                for (; i <= width - TSimd.Count; i += TSimd.Count)
                {
                    TSimd.Store(TSimd.Multiply(TSimd.Multiply(TSimd.Load(x + i), factor), TSimd.Add(TSimd.Load(weight + i), offset)), y + i);
                }

                for (; i < width; i++)
                {
                    y[i] = x[i] * inverseRms * (weight[i] + (float)Offset);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void RunDouble(int begin, int end)
        {
            var width = Input.Width;
            for (var row = begin; row < end; row++)
            {
                var x = (double*)Input.Row(row);
                var y = (double*)Output.Row(row);
                var weight = (double*)Weight + ((row % Heads) * (long)width);
                var sum = 0.0;
                for (var i = 0; i < width; i++)
                {
                    sum = Math.FusedMultiplyAdd(x[i], x[i], sum);
                }

                var inverseRms = 1 / Math.Sqrt((sum / width) + Epsilon);
                for (var i = 0; i < width; i++)
                {
                    y[i] = x[i] * inverseRms * (weight[i] + Offset);
                }
            }
        }
    }
}
