using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>Attention in float64, plain: one query row at a time, scores of its keys in scratch, no tiles. Slow and exact; used to check everything else.</summary>
internal unsafe struct AttentionDoubleKernel : IRangeKernel
{
    internal AttentionProblem<double> Problem;
    internal AttentionPlan<double> Plan;

    public readonly void Run(int begin, int end, int worker)
    {
        for (var item = begin; item < end; item++)
        {
            var (s, head) = Math.DivRem(item, Problem.QueryHeads);
            ref readonly var sequence = ref Plan.Sequences[s];
            if (sequence.Length == 0)
            {
                continue;
            }

            var most = Math.Min((long)Problem.Window + 1, sequence.Past + (long)sequence.Length);
            using var scratch = ScratchBuffer.Rent((nint)(2 * most));
            for (var token = 0; token < sequence.Length; token++)
            {
                Row(sequence, head, token, (double*)scratch.Floats);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Row(in AttentionSequence<double> sequence, int head, int token, double* scores)
    {
        var size = Problem.HeadSize;
        var keyValueHead = (int)((long)head * Problem.KeyValueHeads / Problem.QueryHeads);
        var query = Problem.Query + ((nint)(sequence.FirstToken + token) * Problem.QueryTokenStride) + (head * Problem.QueryHeadStride);
        var position = sequence.Past + token;
        var first = Problem.FirstVisible(position);
        var scale = 1 / Math.Sqrt(size);
        var max = double.NegativeInfinity;
        for (var key = first; key <= position; key++)
        {
            var row = sequence.KeyRow(Problem, keyValueHead, key);
            var dot = 0.0;
            for (var p = 0; p < size; p++)
            {
                dot = Math.FusedMultiplyAdd(query[p], row[p], dot);
            }

            scores[key - first] = dot * scale;
            max = Math.Max(max, dot * scale);
        }

        var index = ((nint)(sequence.FirstToken + token) * Problem.QueryHeads) + head;
        var output = new Span<double>(Problem.Output + (index * size), size);
        output.Clear();
        var sum = 0.0;
        for (var key = first; key <= position; key++)
        {
            var weight = DoubleMath.Exp(scores[key - first] - max);
            var row = sequence.ValueRow(Problem, keyValueHead, key);
            sum += weight;
            for (var p = 0; p < size; p++)
            {
                output[p] = Math.FusedMultiplyAdd(weight, row[p], output[p]);
            }
        }

        foreach (ref var value in output)
        {
            value /= sum;
        }

        if (Problem.LogSumExp != null)
        {
            Problem.LogSumExp[index] = max + DoubleMath.Log(sum);
        }
    }
}
