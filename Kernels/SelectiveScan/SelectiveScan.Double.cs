using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The scan in float64, plain: the recurrence token by token. Slow and exact; used to check everything else. An item is a head of a sequence.</summary>
internal unsafe struct ScanDoubleKernel : IRangeKernel
{
    internal ScanProblem<double> Problem;
    internal ScanPlan<double> Plan;

    public readonly void Run(int begin, int end, int worker)
    {
        var size = Problem.HeadSize * Problem.StateSize;
        using var scratch = ScratchBuffer.Rent((nint)2 * size);
        for (var item = begin; item < end; item++)
        {
            var (s, head) = Math.DivRem(item, Problem.Heads);
            ref readonly var sequence = ref Plan.Sequences[s];
            var state = sequence.State + ((nint)head * size);
            if (sequence.State == null)
            {
                state = (double*)scratch.Floats;
                new Span<double>(state, size).Clear();
            }

            var a = -DoubleMath.Exp(Problem.ALog[head]);
            for (var t = 0; t < sequence.Length; t++)
            {
                Step(sequence.FirstToken + t, head, a, state);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Step(int token, int head, double a, double* state)
    {
        var delta = DoubleMath.Softplus(Problem.Dt[(token * Problem.DtTokenStride) + head] + Problem.DtBias[head]);
        var decay = DoubleMath.Exp(delta * a);
        var x = Problem.XRow(token, head);
        var z = Problem.ZRow(token, head);
        var b = Problem.B + (token * Problem.BTokenStride);
        var c = Problem.C + (token * Problem.CTokenStride);
        var output = Problem.OutputRow(token, head);
        for (var p = 0; p < Problem.HeadSize; p++)
        {
            var row = state + ((nint)p * Problem.StateSize);
            var sum = 0.0;
            for (var n = 0; n < Problem.StateSize; n++)
            {
                row[n] = Math.FusedMultiplyAdd(delta * x[p], b[n], decay * row[n]);
                sum = Math.FusedMultiplyAdd(row[n], c[n], sum);
            }

            output[p] = Math.FusedMultiplyAdd(Problem.D[head], x[p], sum) * DoubleMath.Silu(z[p]);
        }
    }
}
