namespace PlamoNative.Kernels;

/// <summary>Moves a head's state between its place [P, N] and the panels of <see cref="ChunkStages"/>.</summary>
internal static unsafe class TransposedState
{
    /// <summary>[P, N] into panels; what is missing becomes zero.</summary>
    internal static void Load(in ScanProblem<float> problem, float* states, int head, float* panels)
    {
        const int Columns = TileProduct.Columns;
        var padded = PanelLayout.RoundUp(problem.StateSize, PanelLayout.SmallRows);
        var from = states + ((nint)head * problem.HeadSize * problem.StateSize);
        for (var p = 0; p < problem.HeadSize; p += Columns)
        {
            var to = panels + (p * padded);
            PanelPacking.PackRows(from + ((nint)p * problem.StateSize), problem.StateSize, problem.HeadSize - p, problem.StateSize, to, Columns);
            new Span<float>(to + (problem.StateSize * Columns), (padded - problem.StateSize) * Columns).Clear();
        }
    }

    /// <summary>Panels into [P, N].</summary>
    internal static void Store(in ScanProblem<float> problem, float* panels, int head, float* states)
    {
        const int Columns = TileProduct.Columns;
        var size = problem.StateSize;
        var padded = PanelLayout.RoundUp(size, PanelLayout.SmallRows);
        var to = states + ((nint)head * problem.HeadSize * size);
        for (var p = 0; p < problem.HeadSize; p += Columns)
        {
            var from = panels + (p * padded);
            var valid = Math.Min(Columns, problem.HeadSize - p);
            if (size == padded)
            {
                PanelPacking.PackRows(from, Columns, size, valid, to + ((nint)p * size), size);
                continue;
            }

            for (var i = 0; i < valid; i++)
            {
                for (var n = 0; n < size; n++)
                {
                    to[((nint)(p + i) * size) + n] = from[(n * Columns) + i];
                }
            }
        }
    }
}
