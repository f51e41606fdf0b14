using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>What all heads share in a chunk: the product B Cᵀ and its factors, packed for <see cref="TileProduct"/>. One block of memory a chunk.</summary>
internal unsafe struct ChunkOperands
{
    /// <summary>Row stride of <see cref="Products"/> and <see cref="OutputMap"/>: the chunk's tokens, filled up to whole panels.</summary>
    internal int Stride;

    /// <summary>N filled up to a multiple of 4.</summary>
    internal int PaddedState;

    /// <summary><c>Products[s * Stride + t] = B_s · C_t</c>, one chain over n.</summary>
    internal float* Products;

    /// <summary>Cᵀ: <c>OutputMap[n * Stride + t]</c>.</summary>
    internal float* OutputMap;

    /// <summary>B: <c>InputMap[s * PaddedState + n]</c>.</summary>
    internal float* InputMap;

    /// <summary>Floats of a chunk's block.</summary>
    internal static int Floats(in ScanProblem<float> problem)
    {
        var stride = StrideOf(problem.Chunk);
        var padded = PanelLayout.RoundUp(problem.StateSize, PanelLayout.SmallRows);
        return PanelLayout.RoundUp((RowsOf(problem.Chunk) * stride) + (problem.StateSize * stride) + (problem.Chunk * padded), 16);
    }

    /// <summary>The block at <paramref name="memory"/>.</summary>
    internal static ChunkOperands At(in ScanProblem<float> problem, float* memory)
    {
        var stride = StrideOf(problem.Chunk);
        var outputMap = memory + (RowsOf(problem.Chunk) * stride);
        return new ChunkOperands
        {
            Stride = stride,
            PaddedState = PanelLayout.RoundUp(problem.StateSize, PanelLayout.SmallRows),
            Products = memory,
            OutputMap = outputMap,
            InputMap = outputMap + (problem.StateSize * stride),
        };
    }

    internal static int StrideOf(int chunk) => PanelLayout.RoundUp(chunk, TileProduct.Columns);

    // The last tile of rows may reach past the chunk.
    internal static int RowsOf(int chunk) => PanelLayout.RoundUp(chunk, PanelLayout.SmallRows);
}

/// <summary>Fills the operands of chunks: an item is a chunk.</summary>
internal unsafe struct ChunkOperandsKernel<TSimd, TVector> : IRangeKernel
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    internal ScanProblem<float> Problem;
    internal ScanPlan<float> Plan;
    internal float* Memory;

    public readonly void Run(int begin, int end, int worker)
    {
        var floats = ChunkOperands.Floats(Problem);
        using var scratch = ScratchBuffer.Rent((nint)2 * ChunkOperands.StrideOf(Problem.Chunk) * Problem.StateSize);
        for (var chunk = begin; chunk < end; chunk++)
        {
            ref readonly var sequence = ref Plan.Sequences[Plan.SequenceOfChunk(chunk)];
            var first = (chunk - sequence.FirstChunk) * Problem.Chunk;
            Fill(sequence.FirstToken + first, Math.Min(Problem.Chunk, sequence.Length - first), ChunkOperands.At(Problem, Memory + ((nint)chunk * floats)), scratch.Floats);
        }
    }

    private readonly void Fill(int token, int length, in ChunkOperands operands, float* scratch)
    {
        const int Columns = TileProduct.Columns;
        var state = Problem.StateSize;
        var b = Problem.B + (token * Problem.BTokenStride);
        var c = Problem.C + (token * Problem.CTokenStride);
        PanelPacking.PackRows(c, Problem.CTokenStride, length, state, operands.OutputMap, operands.Stride);
        PanelPacking.PackColumns(b, Problem.BTokenStride, state, length, operands.InputMap, operands.PaddedState);

        var left = scratch;
        PanelPacking.PackRows(b, Problem.BTokenStride, length, state, left, operands.Stride);
        var right = scratch + ((nint)operands.Stride * state);
        for (var column = 0; column < length; column += Columns)
        {
            PanelPacking.PackRows(c + (column * Problem.CTokenStride), Problem.CTokenStride, length - column, state, right, Columns);

            // Only s <= t counts: tokens behind the panel have no part in it.
            var rows = Math.Min(ChunkOperands.RowsOf(length), column + Columns);
            TileProduct.Run<TSimd, TVector>(rows, state, left, operands.Stride, right, operands.Products + column, operands.Stride, load: false);
        }
    }
}
