using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>
/// The recurrence by one token (selective_state_update), in place on a head's state [P, N]: <c>S ← exp(Δ A) S + Δ x ⊗ B</c>, <c>y = (S C + D x) SiLU(z)</c>.
/// </summary>
/// <remarks>
/// S C: element n goes to virtual lane n mod 16, each lane is one chain of fused multiply-adds, and 16 lanes fold in halves. 16 rows of P fold together,
/// after a transposition, so that the fold costs one vector addition a step.
/// </remarks>
internal static unsafe class StateUpdate
{
    private const int Lanes = 16;

    /// <summary>Floats of scratch for heads of <paramref name="headSize"/>.</summary>
    internal static int ScratchFloats(int headSize) => (2 * Lanes * Lanes) + PanelLayout.RoundUp(headSize, Lanes);

    /// <summary>One token of one head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Step<TSimd, TVector>(in ScanProblem<float> problem, int token, int head, float* state, float* scratch)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var delta = SimdMath.Softplus(problem.Dt[(token * problem.DtTokenStride) + head] + problem.DtBias[head]);
        var decay = SimdMath.Exp((float)(delta * -DoubleMath.Exp(problem.ALog[head])));
        var x = problem.XRow(token, head);
        var b = problem.B + (token * problem.BTokenStride);
        var c = problem.C + (token * problem.CTokenStride);
        var lanes = scratch;
        var transposed = scratch + (Lanes * Lanes);
        var sums = scratch + (2 * Lanes * Lanes);
        for (var p = 0; p < problem.HeadSize; p += Lanes)
        {
            var rows = Math.Min(Lanes, problem.HeadSize - p);
            for (var r = 0; r < rows; r++)
            {
                Row<TSimd, TVector>(state + ((nint)(p + r) * problem.StateSize), problem.StateSize, decay, delta * x[p + r], b, c, lanes + (r * Lanes));
            }

            PanelPacking.PackRows(lanes, Lanes, rows, Lanes, transposed, Lanes);
            Fold<TSimd, TVector>(transposed, sums + p);
        }

        ScanGate.Apply<TSimd, TVector>(sums, x, problem.ZRow(token, head), problem.D[head], problem.HeadSize, problem.OutputRow(token, head));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row<TSimd, TVector>(float* state, int count, float decay, float input, float* b, float* c, float* lanes)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var whole = count / Lanes * Lanes;
        var (decays, inputs) = (TSimd.Create(decay), TSimd.Create(input));
        for (var lane = 0; lane < Lanes; lane += TSimd.Count)
        {
            var sum = TSimd.Create(0f);
            for (var n = lane; n < whole; n += Lanes)
            {
                var next = TSimd.Fma(inputs, TSimd.Load(b + n), TSimd.Multiply(decays, TSimd.Load(state + n)));
                TSimd.Store(next, state + n);
                sum = TSimd.Fma(next, TSimd.Load(c + n), sum);
            }

            TSimd.Store(sum, lanes + lane);
        }

        for (var n = whole; n < count; n++)
        {
            state[n] = MathF.FusedMultiplyAdd(input, b[n], decay * state[n]);
            lanes[n - whole] = MathF.FusedMultiplyAdd(state[n], c[n], lanes[n - whole]);
        }
    }

    /// <summary>Sums of 16 lanes for 16 rows at once: <paramref name="transposed"/> is [lane, row].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fold<TSimd, TVector>(float* transposed, float* sums)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (var half = Lanes / 2; half >= 1; half /= 2)
        {
            var to = half == 1 ? sums : transposed;
            for (var i = 0; i < half * Lanes; i += TSimd.Count)
            {
                TSimd.Store(TSimd.Add(TSimd.Load(transposed + i), TSimd.Load(transposed + (half * Lanes) + i)), to + i);
            }
        }
    }
}
