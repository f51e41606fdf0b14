using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>
/// The stages of the chunked form (Dao and Gu, state-space duality) for one head and chunk. A state is held transposed, in panels of 32 of P:
/// <c>state[(p / 32) * PaddedState * 32 + n * 32 + p % 32]</c>; inputs and outputs of a chunk likewise, [P / 32][tokens][32].
/// </summary>
internal static unsafe class ChunkStages
{
    private const int Columns = TileProduct.Columns;

    /// <summary>
    /// ChunkScan, from inside: <c>output_t += Σ_{s &lt;= t} exp(l_t - l_s) (C_t · B_s) inputs_s</c>, one chain over s that continues the element or begins at zero.
    /// </summary>
    /// <param name="operands">The chunk's shared operands.</param>
    /// <param name="decays">The head's decays.</param>
    /// <param name="length">Tokens.</param>
    /// <param name="panels">Panels of 32 of P.</param>
    /// <param name="inputs">Δ x, [panels][chunk][32].</param>
    /// <param name="weights">Scratch, as large as the products.</param>
    /// <param name="output">[panels][rows][32].</param>
    /// <param name="panelRows">Rows between panels of <paramref name="inputs"/> and <paramref name="output"/>.</param>
    /// <param name="load">Whether to continue what stands in the output.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ScanInside<TSimd, TVector>(
        in ChunkOperands operands, in ChunkDecays decays, int length, int panels, float* inputs, float* weights, float* output, int panelRows, bool load)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        Weigh<TSimd, TVector>(operands, decays, length, weights);
        for (var panel = 0; panel < panels; panel++)
        {
            var skip = (nint)panel * panelRows * Columns;
            SumUpTo<TSimd, TVector>(weights, operands.Stride, length, inputs + skip, output + skip, Columns, load);
        }
    }

    /// <summary><c>output_t (+)= Σ_{s &lt;= t} weights[s * stride + t] inputs_s</c> for one panel of 32 columns; weights above the diagonal are zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void SumUpTo<TSimd, TVector>(float* weights, int stride, int length, float* inputs, float* output, nint outputStride, bool load)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (var t = 0; t < length;)
        {
            var height = length - t >= PanelLayout.Rows ? PanelLayout.Rows : PanelLayout.SmallRows;
            TileProduct.Tile<TSimd, TVector>(height, Math.Min(length, t + height), weights + t, stride, inputs, output + (t * outputStride), outputStride, load);
            t += height;
        }
    }

    /// <summary>ChunkScan, from before: <c>output_t = exp(l_t) S C_t</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ScanEntering<TSimd, TVector>(
        in ChunkOperands operands, in ChunkDecays decays, int length, int stateSize, int panels, float* state, float* scaledMap, float* output, int panelRows)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (var n = 0; n < stateSize; n++)
        {
            var skip = n * operands.Stride;
            for (var t = 0; t < length; t += TSimd.Count)
            {
                TSimd.Store(TSimd.Multiply(TSimd.Load(operands.OutputMap + skip + t), TSimd.Load(decays.FromEntry + t)), scaledMap + skip + t);
            }
        }

        for (var panel = 0; panel < panels; panel++)
        {
            TileProduct.Run<TSimd, TVector>(
                ChunkOperands.RowsOf(length),
                stateSize,
                scaledMap,
                operands.Stride,
                state + ((nint)panel * operands.PaddedState * Columns),
                output + ((nint)panel * panelRows * Columns),
                Columns,
                load: false);
        }
    }

    /// <summary>StatePassing: what is left of the entering state, <c>S ← exp(l_Q) S</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void StatePassing<TSimd, TVector>(in ChunkDecays decays, float* state, int count)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var factor = TSimd.Create(decays.Total);
        for (var i = 0; i < count; i += TSimd.Count)
        {
            TSimd.Store(TSimd.Multiply(TSimd.Load(state + i), factor), state + i);
        }
    }

    /// <summary>ChunkState: what the chunk's tokens add to the leaving state, <c>S += Σ_s exp(l_Q - l_s) inputs_s ⊗ B_s</c>.</summary>
    internal static void ChunkState<TSimd, TVector>(in ChunkOperands operands, int length, int panels, float* fadedInputs, float* state, int panelRows)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (var panel = 0; panel < panels; panel++)
        {
            TileProduct.Run<TSimd, TVector>(
                operands.PaddedState,
                length,
                operands.InputMap,
                operands.PaddedState,
                fadedInputs + ((nint)panel * panelRows * Columns),
                state + ((nint)panel * operands.PaddedState * Columns),
                Columns,
                load: true);
        }
    }

    /// <summary><c>weights[s, t] = exp(l_t - l_s) (B_s · C_t)</c> for s &lt;= t, zero for the other pairs that a tile of rows t reads.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Weigh<TSimd, TVector>(in ChunkOperands operands, in ChunkDecays decays, int length, float* weights)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (var s = 0; s < length; s++)
        {
            var skip = s * operands.Stride;
            var begin = s / PanelLayout.Rows * PanelLayout.Rows / 16 * 16;
            var (high, low) = (TSimd.Create(decays.High[s]), TSimd.Create(decays.Low[s]));
            for (var t = begin; t < length; t += TSimd.Count)
            {
                // Differences are at most 0 but for rounding; before s they are not, and are not used.
                var difference = TSimd.Add(TSimd.Subtract(TSimd.Load(decays.High + t), high), TSimd.Subtract(TSimd.Load(decays.Low + t), low));
                var weight = TSimd.Multiply(SimdMath.Exp<TSimd, TVector>(difference), TSimd.Load(operands.Products + skip + t));
                TSimd.Store(weight, weights + skip + t);
            }

            new Span<float>(weights + skip + begin, s - begin).Clear();
        }
    }
}
