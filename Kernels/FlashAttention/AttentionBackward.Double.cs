using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The backward pass in float64, plain: pair by pair. Slow and exact; used to check everything else. An item is a key-value head of a sequence.</summary>
internal unsafe struct AttentionBackwardDoubleKernel : IRangeKernel
{
    internal AttentionBackwardProblem<double> Problem;
    internal SequenceOffsets Offsets;

    public readonly void Run(int begin, int end, int worker)
    {
        for (var item = begin; item < end; item++)
        {
            var (s, keyHead) = Math.DivRem(item, Problem.KeyValueHeads);
            var (first, last) = (Offsets[s], Offsets[s + 1]);
            for (var token = first; token < last; token++)
            {
                new Span<double>(Problem.KeyGradient.Row(token, keyHead), Problem.HeadSize).Clear();
                new Span<double>(Problem.ValueGradient.Row(token, keyHead), Problem.HeadSize).Clear();
            }

            var (headBegin, group) = Problem.Group(keyHead);
            for (var token = first; token < last; token++)
            {
                for (var head = headBegin; head < headBegin + group; head++)
                {
                    Row(token, head, keyHead, Math.Max(first, token - Problem.Window));
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Row(int token, int head, int keyHead, int firstKey)
    {
        var size = Problem.HeadSize;
        var scale = 1 / Math.Sqrt(size);
        var query = Problem.Query.Row(token, head);
        var gradient = Problem.OutputGradient.Row(token, head);
        var queryGradient = Problem.QueryGradient.Row(token, head);
        var logSumExp = Problem.LogSumExp[((nint)token * Problem.QueryHeads) + head];
        var delta = Dot(gradient, Problem.Output.Row(token, head), size);
        new Span<double>(queryGradient, size).Clear();
        for (var key = firstKey; key <= token; key++)
        {
            var row = Problem.Key.Row(key, keyHead);
            var weight = DoubleMath.Exp((Dot(query, row, size) * scale) - logSumExp);
            var slope = weight * (Dot(gradient, Problem.Value.Row(key, keyHead), size) - delta) * scale;
            var keyGradient = Problem.KeyGradient.Row(key, keyHead);
            var valueGradient = Problem.ValueGradient.Row(key, keyHead);
            for (var p = 0; p < size; p++)
            {
                queryGradient[p] = Math.FusedMultiplyAdd(slope, row[p], queryGradient[p]);
                keyGradient[p] = Math.FusedMultiplyAdd(slope, query[p], keyGradient[p]);
                valueGradient[p] = Math.FusedMultiplyAdd(weight, gradient[p], valueGradient[p]);
            }
        }
    }

    private static double Dot(double* left, double* right, int count)
    {
        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            sum = Math.FusedMultiplyAdd(left[i], right[i], sum);
        }

        return sum;
    }
}
