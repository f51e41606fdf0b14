using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>Results of the splits of lone queries, for each (split, query head): m, l and the P sums not yet divided by l; and what makes outputs of them.</summary>
internal unsafe struct AttentionPartials
{
    private const int Header = 16;

    internal float* Memory;
    internal int Stride;

    /// <summary>Floats of one (split, query head) pair.</summary>
    internal static int StrideOf(int headSize) => Header + PanelLayout.RoundUp(headSize, TileProduct.Columns);

    internal readonly float* At(in AttentionProblem<float> problem, in AttentionSequence<float> sequence, int split, int head) =>
        Memory + ((nint)(sequence.FirstPartial + (split * problem.QueryHeads) + head) * Stride);

    /// <summary>Keeps what one split gave to the query heads of a key-value head.</summary>
    internal readonly void Write<TSimd, TVector>(
        in AttentionProblem<float> problem, in AttentionSequence<float> sequence, int head, int split, in AttentionKernel<TSimd, TVector>.Block block)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var headBegin = problem.Group(head).Begin;
        for (var r = 0; r < block.Count; r++)
        {
            var state = block.RowsOf(r / FlashAttentionSchedule.TileRows);
            var to = At(problem, sequence, split, headBegin + r);
            to[0] = state.Max[r % FlashAttentionSchedule.TileRows];
            to[1] = state.Sum[r % FlashAttentionSchedule.TileRows];
            new ReadOnlySpan<float>(block.Output + ((nint)r * block.PaddedHead), block.PaddedHead).CopyTo(new Span<float>(to + Header, block.PaddedHead));
        }
    }

    /// <summary>Divides a row's sums by l and writes its output and log-sum-exp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void WriteRow<TSimd, TVector>(in AttentionProblem<float> problem, nint row, float* sums, float max, float sum)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var to = problem.Output + (row * problem.HeadSize);
        var p = 0;
        for (; p + TSimd.Count <= problem.HeadSize; p += TSimd.Count)
        {
            TSimd.Store(TSimd.Divide(TSimd.Load(sums + p), TSimd.Create(sum)), to + p);
        }

        for (; p < problem.HeadSize; p++)
        {
            to[p] = sums[p] / sum;
        }

        if (problem.LogSumExp != null)
        {
            problem.LogSumExp[row] = (float)(max + DoubleMath.Log(sum));
        }
    }

    /// <summary>Adds the splits of one query head in their order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal readonly void Combine<TSimd, TVector>(in AttentionProblem<float> problem, in AttentionSequence<float> sequence, int head)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var max = float.NegativeInfinity;
        for (var split = 0; split < sequence.Splits; split++)
        {
            max = Math.Max(max, At(problem, sequence, split, head)[0]);
        }

        // The sums gather in the first split's place.
        var total = At(problem, sequence, 0, head);
        var width = Stride - Header;
        for (var split = 0; split < sequence.Splits; split++)
        {
            var part = At(problem, sequence, split, head);
            var weight = SimdMath.Exp(part[0] - max);
            part[1] *= weight;
            var factor = TSimd.Create(weight);
            for (var p = Header; p < Header + width; p += TSimd.Count)
            {
                var value = TSimd.Multiply(TSimd.Load(part + p), factor);
                TSimd.Store(split == 0 ? value : TSimd.Add(TSimd.Load(total + p), value), total + p);
            }

            total[1] = split == 0 ? part[1] : total[1] + part[1];
        }

        WriteRow<TSimd, TVector>(problem, ((nint)sequence.FirstToken * problem.QueryHeads) + head, total + Header, max, total[1]);
    }
}

/// <summary>Combines the splits: an item is a query head of a sequence.</summary>
internal struct CombineKernel<TSimd, TVector> : IRangeKernel
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    internal AttentionProblem<float> Problem;
    internal AttentionPlan<float> Plan;
    internal AttentionPartials Partials;

    public readonly void Run(int begin, int end, int worker)
    {
        for (var item = begin; item < end; item++)
        {
            var (s, head) = Math.DivRem(item, Problem.QueryHeads);
            ref readonly var sequence = ref Plan.Sequences[s];
            if (sequence.Splits > 1 && sequence.Length > 0)
            {
                Partials.Combine<TSimd, TVector>(Problem, sequence, head);
            }
        }
    }
}
