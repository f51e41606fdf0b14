using System.Runtime.CompilerServices;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The backward pass of one head of one sequence: forwards over the chunks for the entering states, then backwards with the state's gradient R.</summary>
/// <remarks>
/// Everything [T, H, P] or [T, N] f32 with dense rows; products accumulate in f32, l and the decay's gradient in f64.
/// Order: gradients of x are one chain over n (leaving state), then over t >= s; of B and C one chain over p, then over the chunk's tokens, and heads are added in
/// order; sums over tokens go chunk by chunk from the last, inside a chunk in order, in f64. Deterministic. Twin: the plain double version, to rounding.
/// </remarks>
internal unsafe struct ScanBackwardKernel<TSimd, TVector> : IRangeKernel
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    private const int Columns = TileProduct.Columns;

    internal ScanBackwardProblem<float> Problem;
    internal ScanPlan<float> Plan;
    internal float* Chunks;
    internal float* Maps;

    /// <summary>dB and dC of the batch's heads.</summary>
    internal float* Parts;
    internal int FirstHead;
    internal int HeadCount;

    public readonly void Run(int begin, int end, int worker)
    {
        var longest = 1;
        for (var item = begin; item < end; item++)
        {
            longest = Math.Max(longest, Plan.Sequences[item / HeadCount].Chunks);
        }

        var sizes = ScanBackwardScratch.At(Problem.Forward, null, null);
        using var scratch = ScratchBuffer.Rent(sizes.Floats);
        using var states = ScratchBuffer.Rent((nint)longest * sizes.StateFloats);
        var memory = ScanBackwardScratch.At(Problem.Forward, scratch.Floats, states.Floats);
        for (var item = begin; item < end; item++)
        {
            var (s, head) = Math.DivRem(item, HeadCount);
            RunHead(s, FirstHead + head, head, memory);
        }
    }

    private readonly void RunHead(int s, int head, int slot, in ScanBackwardScratch memory)
    {
        ref readonly var sequence = ref Plan.Sequences[s];
        var forward = Problem.Forward;
        EnteringStates(sequence, s, head, memory);
        if (Problem.FinalGradients == null)
        {
            new Span<float>(memory.Gradient, memory.StateFloats).Clear();
        }
        else
        {
            TransposedState.Load(forward, Problem.StatesOf(Problem.FinalGradients, s), head, memory.Gradient);
        }

        var sums = Problem.SumsOf(s, head);
        new Span<double>(sums, ScanBackwardProblem<float>.Sums).Clear();
        var hasLeaving = Problem.FinalGradients != null;
        for (var chunk = sequence.Chunks - 1; chunk >= 0; chunk--)
        {
            var index = sequence.FirstChunk + chunk;
            var step = default(ChunkStep);
            step.Head = head;
            step.Token = sequence.FirstToken + (chunk * forward.Chunk);
            step.Length = Math.Min(forward.Chunk, sequence.Length - (chunk * forward.Chunk));
            step.HasEntering = chunk > 0 || Problem.InitialStates != null;
            step.HasLeaving = hasLeaving;
            step.WantsEntering = chunk > 0 || Problem.InitialGradients != null;
            step.State = memory.States + ((nint)chunk * memory.StateFloats);
            var operands = ChunkOperands.At(forward, Chunks + ((nint)index * ChunkOperands.Floats(forward)));
            var adjoints = AdjointOperands.At(forward, Maps + ((nint)index * AdjointOperands.Floats(forward)));
            var part = MapGradients.At(forward, Parts + ((((nint)slot * Plan.Chunks) + index) * MapGradients.Floats(forward)));
            RunChunk(step, operands, adjoints, part, memory, sums);
            hasLeaving = true;
        }

        if (Problem.InitialGradients != null)
        {
            TransposedState.Store(forward, memory.Gradient, head, Problem.StatesOf(Problem.InitialGradients, s));
        }
    }

    /// <summary>The states before each chunk, as the forward pass had them.</summary>
    private readonly void EnteringStates(in ScanSequence<float> sequence, int s, int head, in ScanBackwardScratch memory)
    {
        var forward = Problem.Forward;
        if (Problem.InitialStates == null)
        {
            new Span<float>(memory.States, memory.StateFloats).Clear();
        }
        else
        {
            TransposedState.Load(forward, Problem.StatesOf(Problem.InitialStates, s), head, memory.States);
        }

        var decays = ChunkDecays.At(memory.Decays, memory.Stride);
        for (var chunk = 0; chunk + 1 < sequence.Chunks; chunk++)
        {
            var token = sequence.FirstToken + (chunk * forward.Chunk);
            var operands = ChunkOperands.At(forward, Chunks + ((nint)(sequence.FirstChunk + chunk) * ChunkOperands.Floats(forward)));
            decays.Fill<TSimd, TVector>(forward, head, token, forward.Chunk, memory.Stride);
            ScanBackwardRows.LoadInputs<TSimd, TVector>(forward, head, token, forward.Chunk, decays, memory);
            var state = memory.States + ((nint)chunk * memory.StateFloats);
            var next = state + memory.StateFloats;
            new ReadOnlySpan<float>(state, memory.StateFloats).CopyTo(new Span<float>(next, memory.StateFloats));
            ChunkStages.StatePassing<TSimd, TVector>(decays, next, memory.StateFloats);
            ChunkStages.ChunkState<TSimd, TVector>(operands, forward.Chunk, memory.Panels, memory.Faded, next, memory.Stride);
        }
    }

    private readonly void RunChunk(
        in ChunkStep step, in ChunkOperands operands, in AdjointOperands adjoints, in MapGradients part, in ScanBackwardScratch memory, double* sums)
    {
        var forward = Problem.Forward;
        var (length, panels, stride) = (step.Length, memory.Panels, memory.Stride);
        var decays = ChunkDecays.At(memory.Decays, stride);
        decays.Fill<TSimd, TVector>(forward, step.Head, step.Token, length, stride);
        ScanBackwardRows.LoadInputs<TSimd, TVector>(forward, step.Head, step.Token, length, decays, memory);
        ScanBackwardRows.LoadGradients<TSimd, TVector>(Problem, step.Head, step.Token, length, decays, memory);
        AdjointStages.TransposeRows(length, panels, stride, memory.Inputs, memory.InputsAcross);
        AdjointStages.TransposeRows(length, panels, stride, memory.Gated, memory.GatedAcross);
        TileProduct.Run<TSimd, TVector>(
            ChunkOperands.RowsOf(length), forward.HeadSize, memory.InputsAcross, stride, memory.GatedAcross, memory.Pairs, stride, load: false);
        AdjointStages.Weigh<TSimd, TVector>(operands, decays, length, memory.Pairs, memory.Weights, memory.Slopes);

        // Y again, for the gate; its first half gives what the entering state means to the decay.
        new Span<float>(memory.Entering, 2 * stride).Clear();
        if (step.HasEntering)
        {
            ChunkStages.ScanEntering<TSimd, TVector>(operands, decays, length, forward.StateSize, panels, step.State, memory.Scaled, memory.Output, stride);
            AdjointStages.RowDots<TSimd, TVector>(length, panels, stride, memory.Gated, memory.Output, memory.Lanes, memory.Entering);
        }

        for (var panel = 0; panel < panels; panel++)
        {
            var skip = panel * stride * Columns;
            ChunkStages.SumUpTo<TSimd, TVector>(memory.Weights, stride, length, memory.Inputs + skip, memory.Output + skip, Columns, step.HasEntering);
        }

        ScanBackwardRows.StoreGate<TSimd, TVector>(Problem, step.Head, step.Token, length, memory);
        InputGradient(step, operands, adjoints, decays, memory);
        MapGradient(step, adjoints, decays, part, memory);

        var carry = step.HasEntering && step.HasLeaving ? (double)decays.Total * Reduce.Dot(memory.Gradient, step.State, memory.StateFloats) : 0;
        if (step.WantsEntering)
        {
            ChunkStages.StatePassing<TSimd, TVector>(decays, memory.Gradient, memory.StateFloats);
            var reversed = operands;
            reversed.InputMap = adjoints.OutputMap;
            ChunkStages.ChunkState<TSimd, TVector>(reversed, length, panels, memory.Faded, memory.Gradient, stride);
        }

        AdjointStages.DecayGradient(length, stride, memory.Pairs, memory.Entering, memory.Leaving, carry, memory.Running, memory.DecayGradient);
        ScanBackwardRows.StoreInputs<TSimd, TVector>(Problem, step.Head, step.Token, length, decays, memory);
        AdjointStages.RowDots<TSimd, TVector>(length, panels, stride, memory.X, memory.InputGradient, memory.Lanes, memory.StepDots);
        AdjointStages.RowDots<TSimd, TVector>(length, panels, stride, memory.X, memory.Gated, memory.Lanes, memory.SkipDots);
        ScanBackwardRows.StoreSteps(Problem, step.Head, step.Token, length, decays, memory, sums);
    }

    /// <summary>The gradient of Δ x: the scan from the chunk's end, with R as its state and B in the place of C.</summary>
    private readonly void InputGradient(in ChunkStep step, in ChunkOperands operands, in AdjointOperands adjoints, in ChunkDecays decays, in ScanBackwardScratch memory)
    {
        var (length, panels, stride) = (step.Length, memory.Panels, memory.Stride);
        if (step.HasLeaving)
        {
            var (reversed, fromExit) = (operands, decays);
            reversed.OutputMap = adjoints.InputMap;
            fromExit.FromEntry = decays.ToExit;
            ChunkStages.ScanEntering<TSimd, TVector>(
                reversed, fromExit, length, Problem.Forward.StateSize, panels, memory.Gradient, memory.Scaled, memory.InputGradient, stride);
            AdjointStages.RowDots<TSimd, TVector>(length, panels, stride, memory.Inputs, memory.InputGradient, memory.Lanes, memory.Leaving);
        }

        PanelPacking.PackRows(memory.Weights, stride, length, length, memory.Transposed, stride);
        for (var panel = 0; panel < panels; panel++)
        {
            var skip = panel * stride * Columns;
            AdjointStages.SumFrom<TSimd, TVector>(memory.Transposed, stride, length, memory.Gated + skip, memory.InputGradient + skip, Columns, step.HasLeaving);
        }
    }

    /// <summary>This head's part of dB and dC.</summary>
    private readonly void MapGradient(in ChunkStep step, in AdjointOperands adjoints, in ChunkDecays decays, in MapGradients part, in ScanBackwardScratch memory)
    {
        var (length, stride) = (step.Length, memory.Stride);
        if (step.HasLeaving)
        {
            AdjointStages.TransposeState(Problem.Forward, memory.Gradient, memory.StateColumns, memory.StateColumnStride);
            AdjointStages.AgainstState<TSimd, TVector>(
                Problem.Forward, length, memory.InputsAcross, decays.ToExit, memory.Scaled, memory.StateColumns, memory.StateColumnStride, part.Input, part.Stride);
        }

        if (step.HasEntering)
        {
            AdjointStages.TransposeState(Problem.Forward, step.State, memory.StateColumns, memory.StateColumnStride);
            AdjointStages.AgainstState<TSimd, TVector>(
                Problem.Forward, length, memory.GatedAcross, decays.FromEntry, memory.Scaled, memory.StateColumns, memory.StateColumnStride, part.Output, part.Stride);
        }

        PanelPacking.PackRows(memory.Slopes, stride, length, length, memory.Transposed, stride);
        for (var panel = 0; panel < AdjointOperands.Panels(Problem.Forward); panel++)
        {
            var (skip, to) = (panel * adjoints.PanelFloats, panel * Columns);
            AdjointStages.SumFrom<TSimd, TVector>(memory.Transposed, stride, length, adjoints.OutputColumns + skip, part.Input + to, part.Stride, step.HasLeaving);
            ChunkStages.SumUpTo<TSimd, TVector>(memory.Slopes, stride, length, adjoints.InputColumns + skip, part.Output + to, part.Stride, step.HasEntering);
        }
    }

    private struct ChunkStep
    {
        internal int Head;
        internal int Token;
        internal int Length;

        /// <summary>Whether the entering state may be other than zero.</summary>
        internal bool HasEntering;

        /// <summary>Whether the leaving state has a gradient.</summary>
        internal bool HasLeaving;

        /// <summary>Whether anybody needs the entering state's gradient.</summary>
        internal bool WantsEntering;
        internal float* State;
    }
}
