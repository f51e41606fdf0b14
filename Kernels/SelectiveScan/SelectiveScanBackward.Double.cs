using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// The backward pass in float64, plain: the recurrence's adjoint token by token. States are kept one a chunk, and one a token of the chunk at work. Slow and
/// exact; used to check everything else. An item is a sequence, so that its heads add to dB and dC in order.
/// </summary>
internal unsafe struct ScanBackwardDoubleKernel : IRangeKernel
{
    internal ScanBackwardProblem<double> Problem;
    internal ScanPlan<double> Plan;

    public readonly void Run(int begin, int end, int worker)
    {
        for (var s = begin; s < end; s++)
        {
            ref readonly var sequence = ref Plan.Sequences[s];
            var forward = Problem.Forward;
            var size = forward.HeadSize * forward.StateSize;
            using var scratch = ScratchBuffer.Rent((nint)2 * size * (sequence.Chunks + forward.Chunk + 2));
            var states = (double*)scratch.Floats;
            for (var t = sequence.FirstToken; t < sequence.FirstToken + sequence.Length; t++)
            {
                new Span<double>(Problem.BGradient + (t * Problem.BGradientStride), forward.StateSize).Clear();
                new Span<double>(Problem.CGradient + (t * Problem.CGradientStride), forward.StateSize).Clear();
            }

            for (var head = 0; head < forward.Heads; head++)
            {
                RunHead(sequence, s, head, states, size);
            }
        }
    }

    private readonly void RunHead(in ScanSequence<double> sequence, int s, int head, double* states, int size)
    {
        var forward = Problem.Forward;
        var gradient = states + ((nint)(sequence.Chunks + forward.Chunk + 1) * size);
        Load(Problem.InitialStates, s, head, states, size);
        Load(Problem.FinalGradients, s, head, gradient, size);
        var sums = Problem.SumsOf(s, head);
        new Span<double>(sums, ScanBackwardProblem<double>.Sums).Clear();
        var a = -DoubleMath.Exp(forward.ALog[head]);

        // States before each chunk; the one being made becomes the next chunk's.
        for (var t = 0; t < (sequence.Chunks - 1) * forward.Chunk; t++)
        {
            var chunk = t / forward.Chunk;
            var from = states + ((nint)(t % forward.Chunk == 0 ? chunk : chunk + 1) * size);
            Advance(sequence.FirstToken + t, head, a, from, states + ((nint)(chunk + 1) * size));
        }

        var inside = states + ((nint)sequence.Chunks * size);
        for (var chunk = sequence.Chunks - 1; chunk >= 0; chunk--)
        {
            var token = sequence.FirstToken + (chunk * forward.Chunk);
            var length = Math.Min(forward.Chunk, sequence.Length - (chunk * forward.Chunk));
            new ReadOnlySpan<double>(states + ((nint)chunk * size), size).CopyTo(new Span<double>(inside, size));
            for (var t = 0; t < length; t++)
            {
                Advance(token + t, head, a, inside + ((nint)t * size), inside + ((nint)(t + 1) * size));
            }

            for (var t = length - 1; t >= 0; t--)
            {
                Step(token + t, head, a, inside + ((nint)t * size), inside + ((nint)(t + 1) * size), gradient, sums);
            }
        }

        if (Problem.InitialGradients != null)
        {
            new ReadOnlySpan<double>(gradient, size).CopyTo(new Span<double>(Problem.StatesOf(Problem.InitialGradients, s) + ((nint)head * size), size));
        }
    }

    private readonly void Load(double* source, int s, int head, double* to, int size)
    {
        var target = new Span<double>(to, size);
        if (source == null)
        {
            target.Clear();
        }
        else
        {
            new ReadOnlySpan<double>(Problem.StatesOf(source, s) + ((nint)head * size), size).CopyTo(target);
        }
    }

    /// <summary>The recurrence: <paramref name="next"/> from <paramref name="state"/>; they may be one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Advance(int token, int head, double a, double* state, double* next)
    {
        var forward = Problem.Forward;
        var delta = DoubleMath.Softplus(forward.Dt[(token * forward.DtTokenStride) + head] + forward.DtBias[head]);
        var decay = DoubleMath.Exp(delta * a);
        var x = forward.XRow(token, head);
        var b = forward.B + (token * forward.BTokenStride);
        for (var p = 0; p < forward.HeadSize; p++)
        {
            var row = (nint)p * forward.StateSize;
            for (var n = 0; n < forward.StateSize; n++)
            {
                next[row + n] = Math.FusedMultiplyAdd(delta * x[p], b[n], decay * state[row + n]);
            }
        }
    }

    /// <summary>One token back: <paramref name="gradient"/> is of the state after it, then of the state before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Step(int token, int head, double a, double* before, double* after, double* gradient, double* sums)
    {
        var forward = Problem.Forward;
        var input = forward.Dt[(token * forward.DtTokenStride) + head] + forward.DtBias[head];
        var delta = DoubleMath.Softplus(input);
        var decay = DoubleMath.Exp(delta * a);
        var x = forward.XRow(token, head);
        var z = forward.ZRow(token, head);
        var b = forward.B + (token * forward.BTokenStride);
        var c = forward.C + (token * forward.CTokenStride);
        var bGradient = Problem.BGradient + (token * Problem.BGradientStride);
        var cGradient = Problem.CGradient + (token * Problem.CGradientStride);
        var outputGradient = Problem.OutputGradient.Row(token, head);
        var xGradient = Problem.XGradient.Row(token, head);
        var zGradient = Problem.ZGradient.Row(token, head);
        var (decayGradient, stepGradient, skipGradient) = (0.0, 0.0, 0.0);
        for (var p = 0; p < forward.HeadSize; p++)
        {
            var sigmoid = DoubleMath.Sigmoid(z[p]);
            var gated = outputGradient[p] * z[p] * sigmoid;
            var (y, dInput) = (0.0, 0.0);
            var row = (nint)p * forward.StateSize;
            for (var n = 0; n < forward.StateSize; n++)
            {
                y = Math.FusedMultiplyAdd(after[row + n], c[n], y);
                cGradient[n] = Math.FusedMultiplyAdd(after[row + n], gated, cGradient[n]);
                var whole = Math.FusedMultiplyAdd(gated, c[n], gradient[row + n]);
                dInput = Math.FusedMultiplyAdd(whole, b[n], dInput);
                bGradient[n] = Math.FusedMultiplyAdd(whole, delta * x[p], bGradient[n]);
                var faded = whole * decay;
                decayGradient = Math.FusedMultiplyAdd(faded, before[row + n], decayGradient);
                gradient[row + n] = faded;
            }

            stepGradient = Math.FusedMultiplyAdd(x[p], dInput, stepGradient);
            skipGradient = Math.FusedMultiplyAdd(gated, x[p], skipGradient);
            xGradient[p] = Math.FusedMultiplyAdd(delta, dInput, forward.D[head] * gated);
            zGradient[p] = outputGradient[p] * Math.FusedMultiplyAdd(forward.D[head], x[p], y) * sigmoid * (1 + (z[p] * DoubleMath.Sigmoid(-z[p])));
        }

        var step = Math.FusedMultiplyAdd(a, decayGradient, stepGradient) * DoubleMath.Sigmoid(input);
        Problem.DtGradient[(token * Problem.DtGradientStride) + head] = step;
        sums[0] += delta * decayGradient;
        sums[1] += step;
        sums[2] += skipGradient;
    }
}
