namespace PlamoNative.Kernels;

/// <summary>
/// The shape of packed operands. X is cut into panels of 12 rows, what is left into panels of 4 (filled with zero rows); W into panels of 32 columns
/// of the product. Inside a panel the k index is outermost, so the innermost loop reads both operands front to back.
/// </summary>
internal static class PanelLayout
{
    /// <summary>Columns of the product in one packed panel of W.</summary>
    internal const int Columns = 32;

    /// <summary>Rows of a full packed panel of X.</summary>
    internal const int Rows = 12;

    /// <summary>Rows of a panel in the remainder.</summary>
    internal const int SmallRows = 4;

    /// <summary>Rows of packed X that hold <paramref name="m"/> rows.</summary>
    internal static int PaddedRows(int m)
    {
        var (full, rest) = Math.DivRem(m, Rows);
        return (full * Rows) + RoundUp(rest, SmallRows);
    }

    /// <summary>Number of panels that hold <paramref name="m"/> rows.</summary>
    internal static int Panels(int m)
    {
        var (full, rest) = Math.DivRem(m, Rows);
        return full + (RoundUp(rest, SmallRows) / SmallRows);
    }

    /// <summary>First row and height of panel <paramref name="panel"/> of <paramref name="m"/> rows.</summary>
    internal static (int Row, int Height) Panel(int m, int panel)
    {
        var full = m / Rows;
        return panel < full ? (panel * Rows, Rows) : ((full * Rows) + ((panel - full) * SmallRows), SmallRows);
    }

    /// <summary><paramref name="value"/> rounded up to a multiple of <paramref name="step"/>.</summary>
    internal static int RoundUp(int value, int step) => (value + step - 1) / step * step;
}
