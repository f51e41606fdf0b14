using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>
/// Stages of the backward pass for one head and chunk, beside those of <see cref="ChunkStages"/>, which run backwards too: dx is the scan from the chunk's end,
/// the entering state's gradient is what the outputs' gradients leave at its begin. A chunk is at most one panel of 32 tokens.
/// </summary>
internal static unsafe class AdjointStages
{
    private const int Columns = TileProduct.Columns;

    /// <summary>Floats of scratch of <see cref="RowDots"/>.</summary>
    internal static int RowDotsFloats(int stride) => 2 * Columns * stride;

    /// <summary>
    /// From <paramref name="pairs"/>[s, t] = G_t · Δ x_s: <paramref name="weights"/> = decay · (B_s · C_t) and <paramref name="slopes"/> = decay · pairs for s &lt;= t,
    /// and pairs becomes M = weights · pairs for s &lt; t; zeros elsewhere. decay = exp(l_t - l_s).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Weigh<TSimd, TVector>(in ChunkOperands operands, in ChunkDecays decays, int length, float* pairs, float* weights, float* slopes)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (var s = 0; s < length; s++)
        {
            var skip = s * operands.Stride;
            var (high, low) = (TSimd.Create(decays.High[s]), TSimd.Create(decays.Low[s]));
            for (var t = s / 16 * 16; t < length; t += TSimd.Count)
            {
                // Before s differences are positive, and what comes of them is cleared below.
                var difference = TSimd.Add(TSimd.Subtract(TSimd.Load(decays.High + t), high), TSimd.Subtract(TSimd.Load(decays.Low + t), low));
                var decay = SimdMath.Exp<TSimd, TVector>(difference);
                var pair = TSimd.Load(pairs + skip + t);
                var weight = TSimd.Multiply(decay, TSimd.Load(operands.Products + skip + t));
                TSimd.Store(weight, weights + skip + t);
                TSimd.Store(TSimd.Multiply(decay, pair), slopes + skip + t);
                TSimd.Store(TSimd.Multiply(weight, pair), pairs + skip + t);
            }

            new Span<float>(weights + skip, s).Clear();
            new Span<float>(slopes + skip, s).Clear();
            new Span<float>(pairs + skip, s + 1).Clear();
        }
    }

    /// <summary><c>output_s (+)= Σ_{t >= s} weights[t * stride + s] inputs_t</c> for one panel of 32 columns; weights with t &lt; s are zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void SumFrom<TSimd, TVector>(float* weights, int stride, int length, float* inputs, float* output, nint outputStride, bool load)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (var s = 0; s < length;)
        {
            var height = length - s >= PanelLayout.Rows ? PanelLayout.Rows : PanelLayout.SmallRows;
            TileProduct.Tile<TSimd, TVector>(
                height, length - s, weights + (s * stride) + s, stride, inputs + (s * Columns), output + (s * outputStride), outputStride, load);
            s += height;
        }
    }

    /// <summary>
    /// Rows of a chunk against a state: <c>output[t, n] = Σ_p scale_t rows[p * stride + t] state[n, p]</c>, all panels of N; one chain over p.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void AgainstState<TSimd, TVector>(
        in ScanProblem<float> problem, int length, float* rows, float* scale, float* scaled, float* stateColumns, int stateStride, float* output, int outputStride)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var stride = ChunkOperands.StrideOf(problem.Chunk);
        for (var p = 0; p < problem.HeadSize; p++)
        {
            var skip = p * stride;
            for (var t = 0; t < length; t += TSimd.Count)
            {
                TSimd.Store(TSimd.Multiply(TSimd.Load(rows + skip + t), TSimd.Load(scale + t)), scaled + skip + t);
            }
        }

        for (var panel = 0; panel < AdjointOperands.Panels(problem); panel++)
        {
            TileProduct.Run<TSimd, TVector>(
                ChunkOperands.RowsOf(length), problem.HeadSize, scaled, stride, stateColumns + (panel * stateStride), output + (panel * Columns), outputStride, load: false);
        }
    }

    /// <summary>A state's panels of P (see <see cref="ChunkStages"/>) as right operands: panels of 32 of N, each <c>panel[p * 32 + n % 32]</c>.</summary>
    internal static void TransposeState(in ScanProblem<float> problem, float* state, float* columns, int stateStride)
    {
        var padded = PanelLayout.RoundUp(problem.StateSize, PanelLayout.SmallRows);
        for (var n = 0; n < problem.StateSize; n += Columns)
        {
            for (var p = 0; p < problem.HeadSize; p += Columns)
            {
                var to = columns + (n / Columns * stateStride) + (p * Columns);
                PanelPacking.PackRows(state + (p * padded) + (n * Columns), Columns, problem.StateSize - n, Columns, to, Columns);
            }
        }
    }

    /// <summary>A chunk's rows, in panels of 32 of P, as a left operand: <c>rows[p * stride + t]</c>.</summary>
    internal static void TransposeRows(int length, int panels, int stride, float* values, float* rows)
    {
        for (var panel = 0; panel < panels; panel++)
        {
            PanelPacking.PackRows(values + (panel * stride * Columns), Columns, length, Columns, rows + (panel * Columns * stride), stride);
        }
    }

    /// <summary>
    /// <c>sums[t] = left_t · right_t</c> over P for rows in panels of 32: channel p goes to virtual lane p mod 32, each lane is one chain, lanes are added in order.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void RowDots<TSimd, TVector>(int length, int panels, int stride, float* left, float* right, float* scratch, float* sums)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var transposed = scratch + (Columns * stride);
        for (var t = 0; t < length; t++)
        {
            for (var lane = 0; lane < Columns; lane += TSimd.Count)
            {
                var sum = TSimd.Create(0f);
                for (var panel = 0; panel < panels; panel++)
                {
                    var at = (((panel * stride) + t) * Columns) + lane;
                    sum = TSimd.Fma(TSimd.Load(left + at), TSimd.Load(right + at), sum);
                }

                TSimd.Store(sum, scratch + (t * Columns) + lane);
            }
        }

        PanelPacking.PackRows(scratch, Columns, length, Columns, transposed, stride);
        for (var t = 0; t < stride; t += TSimd.Count)
        {
            var sum = TSimd.Load(transposed + t);
            for (var lane = 1; lane < Columns; lane++)
            {
                sum = TSimd.Add(sum, TSimd.Load(transposed + (lane * stride) + t));
            }

            TSimd.Store(sum, sums + t);
        }
    }

    /// <summary>
    /// The decay's gradient at each token, additions only (spec/kernels.md): da_i = Σ_{t >= i} (Σ_{s &lt; i} M_st + entering_t) + Σ_{s &lt; i} leaving_s + carry.
    /// </summary>
    /// <param name="length">Tokens.</param>
    /// <param name="stride">Between rows s of <paramref name="pairs"/>.</param>
    /// <param name="pairs">M, zero for t &lt;= s.</param>
    /// <param name="entering">exp(l_t) (G_t · S C_t).</param>
    /// <param name="leaving">exp(l_Q - l_s) (Δ x_s · R B_s).</param>
    /// <param name="carry">exp(l_Q) ⟨R, S⟩.</param>
    /// <param name="running">Scratch, a double for each token.</param>
    /// <param name="gradient">da.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void DecayGradient(int length, int stride, float* pairs, float* entering, float* leaving, double carry, double* running, double* gradient)
    {
        for (var t = 0; t < length; t++)
        {
            running[t] = entering[t];
        }

        var before = carry;
        for (var i = 0; i < length; i++)
        {
            var sum = before;
            if (i == 0)
            {
                for (var t = 0; t < length; t++)
                {
                    sum += running[t];
                }
            }
            else
            {
                var row = pairs + ((i - 1) * stride);
                before += leaving[i - 1];
                sum = before;
                for (var t = i; t < length; t++)
                {
                    running[t] += row[t];
                    sum += running[t];
                }
            }

            gradient[i] = sum;
        }
    }
}
