using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>What the backward pass of all heads shares in a chunk besides <see cref="ChunkOperands"/>: B and C as the other operand of each product.</summary>
internal unsafe struct AdjointOperands
{
    /// <summary>Bᵀ, as a left operand with rows s: <c>InputMap[n * stride + s]</c>.</summary>
    internal float* InputMap;

    /// <summary>C, as a left operand with rows n: <c>OutputMap[t * PaddedState + n]</c>.</summary>
    internal float* OutputMap;

    /// <summary>B as a right operand: panels of 32 of N, each <c>panel[s * 32 + n % 32]</c>.</summary>
    internal float* InputColumns;

    /// <summary>C as a right operand.</summary>
    internal float* OutputColumns;

    /// <summary>Floats of a panel of columns.</summary>
    internal int PanelFloats;

    /// <summary>Panels of 32 that hold N.</summary>
    internal static int Panels(in ScanProblem<float> problem) => (problem.StateSize + TileProduct.Columns - 1) / TileProduct.Columns;

    /// <summary>Floats of a chunk's block.</summary>
    internal static int Floats(in ScanProblem<float> problem) => PanelLayout.RoundUp(
        (problem.StateSize * ChunkOperands.StrideOf(problem.Chunk)) + (problem.Chunk * PaddedState(problem)) + (2 * Panels(problem) * problem.Chunk * TileProduct.Columns), 16);

    /// <summary>The block at <paramref name="memory"/>.</summary>
    internal static AdjointOperands At(in ScanProblem<float> problem, float* memory)
    {
        var panelFloats = problem.Chunk * TileProduct.Columns;
        var inputColumns = memory + (problem.StateSize * ChunkOperands.StrideOf(problem.Chunk));
        var outputColumns = inputColumns + (Panels(problem) * panelFloats);
        return new AdjointOperands
        {
            InputMap = memory,
            InputColumns = inputColumns,
            OutputColumns = outputColumns,
            OutputMap = outputColumns + (Panels(problem) * panelFloats),
            PanelFloats = panelFloats,
        };
    }

    private static int PaddedState(in ScanProblem<float> problem) => PanelLayout.RoundUp(problem.StateSize, PanelLayout.SmallRows);

    /// <summary>Packs the tokens <c>[token, token + length)</c>.</summary>
    internal readonly void Fill(in ScanProblem<float> problem, int token, int length)
    {
        const int Columns = TileProduct.Columns;
        var b = problem.B + (token * problem.BTokenStride);
        var c = problem.C + (token * problem.CTokenStride);
        PanelPacking.PackRows(b, problem.BTokenStride, length, problem.StateSize, InputMap, ChunkOperands.StrideOf(problem.Chunk));
        PanelPacking.PackColumns(c, problem.CTokenStride, problem.StateSize, length, OutputMap, PaddedState(problem));
        for (var n = 0; n < problem.StateSize; n += Columns)
        {
            var skip = n / Columns * PanelFloats;
            var valid = Math.Min(Columns, problem.StateSize - n);
            PanelPacking.PackColumns(b + n, problem.BTokenStride, valid, length, InputColumns + skip, Columns);
            PanelPacking.PackColumns(c + n, problem.CTokenStride, valid, length, OutputColumns + skip, Columns);
        }
    }
}

/// <summary>Fills the operands of chunks: an item is a chunk.</summary>
internal unsafe struct AdjointOperandsKernel : IRangeKernel
{
    internal ScanProblem<float> Problem;
    internal ScanPlan<float> Plan;
    internal float* Memory;

    public readonly void Run(int begin, int end, int worker)
    {
        var floats = AdjointOperands.Floats(Problem);
        for (var chunk = begin; chunk < end; chunk++)
        {
            ref readonly var sequence = ref Plan.Sequences[Plan.SequenceOfChunk(chunk)];
            var first = (chunk - sequence.FirstChunk) * Problem.Chunk;
            AdjointOperands.At(Problem, Memory + ((nint)chunk * floats)).Fill(Problem, sequence.FirstToken + first, Math.Min(Problem.Chunk, sequence.Length - first));
        }
    }
}
