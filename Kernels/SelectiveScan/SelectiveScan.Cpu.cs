using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The chunked form of one head of one sequence: an item walks its chunks in order, the state staying in the cache.</summary>
/// <remarks>
/// x, z: [T, H, P] f32 · B, C: [T, N] f32 · state [H, P, N] f32; products accumulate in f32, l in f64.
/// Order: y_t is one chain, first over n (entering state), then over s &lt;= t; a state's element is one chain over all tokens, decayed at borders of chunks.
/// Deterministic. Twin: the plain double version, to rounding.
/// </remarks>
internal unsafe struct ScanKernel<TSimd, TVector> : IRangeKernel
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    private const int Columns = TileProduct.Columns;
    private const int FloatsOfLine = 16;

    internal ScanProblem<float> Problem;
    internal ScanPlan<float> Plan;
    internal float* Chunks;

    public readonly void Run(int begin, int end, int worker)
    {
        var stride = ChunkOperands.StrideOf(Problem.Chunk);
        var padded = PanelLayout.RoundUp(Problem.StateSize, PanelLayout.SmallRows);
        var panels = (Problem.HeadSize + Columns - 1) / Columns;
        var block = panels * stride * Columns;
        var stateFloats = Math.Max(panels * padded * Columns, Problem.HeadSize * Problem.StateSize);
        var updateFloats = StateUpdate.ScratchFloats(Problem.HeadSize);
        using var scratch = ScratchBuffer.Rent(
            (ChunkDecays.Arrays * stride) + stateFloats + (3 * block) + (stride * stride) + (stride * Problem.StateSize) + updateFloats);
        var memory = default(Scratch);
        memory.Panels = panels;
        memory.PanelRows = stride;
        memory.Decays = scratch.Floats;
        memory.State = memory.Decays + (ChunkDecays.Arrays * stride);
        memory.Inputs = memory.State + stateFloats;
        memory.FadedInputs = memory.Inputs + block;
        memory.Output = memory.FadedInputs + block;
        memory.Weights = memory.Output + block;
        memory.ScaledMap = memory.Weights + (stride * stride);
        memory.Update = memory.ScaledMap + (stride * Problem.StateSize);
        for (var item = begin; item < end; item++)
        {
            var (s, head) = Math.DivRem(item, Problem.Heads);
            ref readonly var sequence = ref Plan.Sequences[s];
            if (sequence.Chunks == 0)
            {
                RunTokens(sequence, head, memory);
            }
            else
            {
                RunChunks(sequence, head, memory);
            }
        }
    }

    private readonly void RunTokens(in ScanSequence<float> sequence, int head, in Scratch memory)
    {
        var size = Problem.HeadSize * Problem.StateSize;
        var state = sequence.State + ((nint)head * size);
        if (sequence.State == null)
        {
            state = memory.State;
            new Span<float>(state, size).Clear();
        }

        for (var t = 0; t < sequence.Length; t++)
        {
            StateUpdate.Step<TSimd, TVector>(Problem, sequence.FirstToken + t, head, state, memory.Update);
        }
    }

    private readonly void RunChunks(in ScanSequence<float> sequence, int head, in Scratch memory)
    {
        var decays = ChunkDecays.At(memory.Decays, memory.PanelRows);
        var floats = ChunkOperands.Floats(Problem);
        var isZero = sequence.State == null;
        var stateFloats = memory.Panels * PanelLayout.RoundUp(Problem.StateSize, PanelLayout.SmallRows) * Columns;
        if (isZero)
        {
            new Span<float>(memory.State, stateFloats).Clear();
        }
        else
        {
            TransposedState.Load(Problem, sequence.State, head, memory.State);
        }

        for (var chunk = 0; chunk < sequence.Chunks; chunk++)
        {
            var token = sequence.FirstToken + (chunk * Problem.Chunk);
            var length = Math.Min(Problem.Chunk, sequence.Length - (chunk * Problem.Chunk));
            var operands = ChunkOperands.At(Problem, Chunks + ((nint)(sequence.FirstChunk + chunk) * floats));
            decays.Fill<TSimd, TVector>(Problem, head, token, length, memory.PanelRows);
            PackInputs(head, token, length, decays, memory);
            if (!isZero)
            {
                ChunkStages.ScanEntering<TSimd, TVector>(
                    operands, decays, length, Problem.StateSize, memory.Panels, memory.State, memory.ScaledMap, memory.Output, memory.PanelRows);
            }

            ChunkStages.ScanInside<TSimd, TVector>(
                operands, decays, length, memory.Panels, memory.Inputs, memory.Weights, memory.Output, memory.PanelRows, load: !isZero);
            Finish(head, token, length, Math.Min(Problem.Chunk, sequence.Length - ((chunk + 1) * Problem.Chunk)), memory);
            if (chunk + 1 < sequence.Chunks || sequence.State != null)
            {
                ChunkStages.StatePassing<TSimd, TVector>(decays, memory.State, stateFloats);
                ChunkStages.ChunkState<TSimd, TVector>(operands, length, memory.Panels, memory.FadedInputs, memory.State, memory.PanelRows);
            }

            isZero = false;
        }

        if (sequence.State != null)
        {
            TransposedState.Store(Problem, memory.State, head, sequence.State);
        }
    }

    /// <summary>Δ x, and the same with what of it is left at the chunk's end, in panels of 32 of P.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void PackInputs(int head, int token, int length, in ChunkDecays decays, in Scratch memory)
    {
        for (var t = 0; t < length; t++)
        {
            // A head's rows lie far apart: the gate's come while the chunk computes, the next chunk's inputs while this one's outputs are written.
            Prefetch(Problem.ZRow(token + t, head));
            var x = Problem.XRow(token + t, head);
            var (delta, exit) = (TSimd.Create(decays.Delta[t]), TSimd.Create(decays.ToExit[t]));
            for (var panel = 0; panel < memory.Panels; panel++)
            {
                var to = ((panel * memory.PanelRows) + t) * Columns;
                var from = x + (panel * Columns);
                var valid = Math.Min(Columns, Problem.HeadSize - (panel * Columns));
                if (valid < Columns)
                {
                    // A partial panel goes through the output's place, which is free at this time.
                    new Span<float>(memory.Output, Columns).Clear();
                    new ReadOnlySpan<float>(from, valid).CopyTo(new Span<float>(memory.Output, valid));
                    from = memory.Output;
                }

                for (var i = 0; i < Columns; i += TSimd.Count)
                {
                    var input = TSimd.Multiply(TSimd.Load(from + i), delta);
                    TSimd.Store(input, memory.Inputs + to + i);
                    TSimd.Store(TSimd.Multiply(input, exit), memory.FadedInputs + to + i);
                }
            }
        }
    }

    /// <summary>Skip and gate: <c>(Y + D x) SiLU(z)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Finish(int head, int token, int length, int nextLength, in Scratch memory)
    {
        for (var t = 0; t < length; t++)
        {
            if (t < nextLength)
            {
                Prefetch(Problem.XRow(token + Problem.Chunk + t, head));
            }

            for (var panel = 0; panel < memory.Panels; panel++)
            {
                var y = memory.Output + (((panel * memory.PanelRows) + t) * Columns);
                var p = panel * Columns;
                ScanGate.Apply<TSimd, TVector>(
                    y, Problem.XRow(token + t, head) + p, Problem.ZRow(token + t, head) + p, Problem.D[head], Math.Min(Columns, Problem.HeadSize - p), Problem.OutputRow(token + t, head) + p);
            }
        }
    }

    private readonly void Prefetch(float* row)
    {
        if (Sse.IsSupported)
        {
            for (var p = 0; p < Problem.HeadSize; p += FloatsOfLine)
            {
                Sse.Prefetch0(row + p);
            }
        }
    }

    private struct Scratch
    {
        internal int Panels;
        internal int PanelRows;
        internal float* Decays;
        internal float* State;
        internal float* Inputs;
        internal float* FadedInputs;
        internal float* Output;
        internal float* Weights;
        internal float* ScaledMap;
        internal float* Update;
    }
}
