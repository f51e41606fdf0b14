namespace PlamoNative.Kernels;

/// <summary>Scratch of a worker for one chunk of one head. Rows of a chunk lie in panels of 32 of P, [panels][stride][32], zeros to the right of P.</summary>
internal unsafe struct ScanBackwardScratch
{
    internal int Panels;

    /// <summary>Tokens of a chunk, filled up to a panel.</summary>
    internal int Stride;
    internal int StateFloats;

    /// <summary>Floats of a panel of <see cref="StateColumns"/>.</summary>
    internal int StateColumnStride;

    /// <summary>Floats of all but the states.</summary>
    internal int Floats;

    /// <summary>Entering states of the sequence's chunks.</summary>
    internal float* States;

    /// <summary>R, the gradient of the state that leaves the chunk.</summary>
    internal float* Gradient;

    /// <summary>Running sums and da, in float64.</summary>
    internal double* Running;
    internal double* DecayGradient;

    /// <summary>See <see cref="ChunkDecays"/>.</summary>
    internal float* Decays;

    /// <summary>The sigmoid of what Δ is the softplus of.</summary>
    internal float* StepSlopes;

    /// <summary>The decay's terms of the entering state and, right behind them, those of the leaving one.</summary>
    internal float* Entering;
    internal float* Leaving;

    /// <summary>x · d(Δ x), and G · x.</summary>
    internal float* StepDots;
    internal float* SkipDots;

    /// <summary>Rows: x, Δ x, G = dy SiLU(z), dy SiLU'(z), what a state takes (faded Δ x or G), Y, d(Δ x).</summary>
    internal float* X;
    internal float* Inputs;
    internal float* Gated;
    internal float* GateSlopes;
    internal float* Faded;
    internal float* Output;
    internal float* InputGradient;

    /// <summary>Δ x and G as left operands, [P][stride]; and room for one scaled.</summary>
    internal float* InputsAcross;
    internal float* GatedAcross;
    internal float* Scaled;

    /// <summary>[s, t] each; the last [t, s].</summary>
    internal float* Pairs;
    internal float* Weights;
    internal float* Slopes;
    internal float* Transposed;

    /// <summary>A state as right operands.</summary>
    internal float* StateColumns;
    internal float* Lanes;

    /// <summary>Lays everything out from <paramref name="memory"/> on; without memory only the sizes mean something.</summary>
    internal static ScanBackwardScratch At(in ScanProblem<float> problem, float* memory, float* states)
    {
        var scratch = default(ScanBackwardScratch);
        scratch.Panels = PanelLayout.RoundUp(problem.HeadSize, TileProduct.Columns) / TileProduct.Columns;
        scratch.Stride = ChunkOperands.StrideOf(problem.Chunk);
        scratch.StateFloats = scratch.Panels * PanelLayout.RoundUp(problem.StateSize, PanelLayout.SmallRows) * TileProduct.Columns;
        scratch.StateColumnStride = scratch.Panels * TileProduct.Columns * TileProduct.Columns;
        scratch.States = states;
        scratch.Place(memory, AdjointOperands.Panels(problem), problem.StateSize);
        return scratch;
    }

    private void Place(float* memory, int mapPanels, int stateSize)
    {
        var next = memory;
        float* Take(int floats)
        {
            var taken = next;
            next += floats;
            return taken;
        }

        var block = Panels * Stride * TileProduct.Columns;
        Running = (double*)Take(2 * Stride);
        DecayGradient = (double*)Take(2 * Stride);
        Gradient = Take(StateFloats);
        Decays = Take(ChunkDecays.Arrays * Stride);
        StepSlopes = Take(Stride);
        Entering = Take(Stride);
        Leaving = Take(Stride);
        StepDots = Take(Stride);
        SkipDots = Take(Stride);
        X = Take(block);
        Inputs = Take(block);
        Gated = Take(block);
        GateSlopes = Take(block);
        Faded = Take(block);
        Output = Take(block);
        InputGradient = Take(block);
        InputsAcross = Take(block);
        GatedAcross = Take(block);
        Scaled = Take(Math.Max(Panels * TileProduct.Columns, stateSize) * Stride);
        Pairs = Take(Stride * Stride);
        Weights = Take(Stride * Stride);
        Slopes = Take(Stride * Stride);
        Transposed = Take(Stride * Stride);
        StateColumns = Take(mapPanels * StateColumnStride);
        Lanes = Take(AdjointStages.RowDotsFloats(Stride));
        Floats = (int)(next - memory);
    }
}
