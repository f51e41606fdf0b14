using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>A block of packed X and the strips of Y that it gives.</summary>
internal unsafe struct PanelBlock
{
    /// <summary>Columns of Y that a worker does over one packed strip of W.</summary>
    internal const int StripColumns = GemmSchedule.PanelsPerStrip * PanelLayout.Columns;

    /// <summary>Floats between unpacked rows of W: not a power of two, so that rows do not compete for the same sets of the cache.</summary>
    private const int UnpackedStride = GemmSchedule.BlockK + 16;

    /// <summary>Panels of a transposed X that are packed together.</summary>
    private const int PanelsAtOnce = 4;

    private const int PackedStripFloats = StripColumns * GemmSchedule.BlockK;
    private const int UnpackedFloats = PanelLayout.Columns * UnpackedStride;

    /// <summary>Scratch of one worker: packed strip, unpacked rows, a tile for the edges.</summary>
    internal const int ScratchFloats = PackedStripFloats + UnpackedFloats + (PanelLayout.Rows * PanelLayout.Columns);

    internal GemmProblem Problem;
    internal float* Packed;

    /// <summary>All of W, this block of depth, packed for all workers; null if each packs its strips.</summary>
    internal float* SharedW;
    internal int FirstRow;
    internal int Rows;
    internal int FirstK;
    internal int Depth;
    internal int RowsPerPart;

    /// <summary>Packs panel <paramref name="panel"/> of X, all of its depth, one block of depth after the other.</summary>
    private readonly void PackX(int panel)
    {
        var (row, height) = PanelLayout.Panel(Rows, panel);
        var valid = Math.Min(height, Rows - row);
        for (var k = 0; k < Depth; k += GemmSchedule.BlockK)
        {
            var depth = Math.Min(GemmSchedule.BlockK, Depth - k);
            var to = Packed + BlockOffset(k) + ((nint)row * depth);
            if (Problem.XTransposed)
            {
                PanelPacking.PackColumns(Problem.X + ((nint)(FirstK + k) * Problem.XStride) + FirstRow + row, Problem.XStride, valid, depth, to, height);
            }
            else
            {
                PanelPacking.PackRows(Problem.X + ((nint)(FirstRow + row) * Problem.XStride) + FirstK + k, Problem.XStride, valid, depth, to, height);
            }
        }
    }

    /// <summary>
    /// Packs the panels <c>[begin, end)</c> of X. Of a transposed operand four full ones at a time: 48 columns are whole cache lines.
    /// </summary>
    internal readonly void PackX(int begin, int end)
    {
        var full = Problem.XTransposed ? Math.Min(end, Rows / PanelLayout.Rows) : begin;
        while (begin < full)
        {
            var panels = Math.Min(PanelsAtOnce, full - begin);
            var row = begin * PanelLayout.Rows;
            for (var k = 0; k < Depth; k += GemmSchedule.BlockK)
            {
                var depth = Math.Min(GemmSchedule.BlockK, Depth - k);
                var source = Problem.X + ((nint)(FirstK + k) * Problem.XStride) + FirstRow + row;
                PanelPacking.PackTwelves(source, Problem.XStride, panels, depth, Packed + BlockOffset(k) + ((nint)row * depth), (nint)PanelLayout.Rows * depth);
            }

            begin += panels;
        }

        for (; begin < end; begin++)
        {
            PackX(begin);
        }
    }

    /// <summary>Packs panel <paramref name="panel"/> of a shared float32 W, all of its depth.</summary>
    internal readonly void PackSharedW(int panel)
    {
        var column = panel * PanelLayout.Columns;
        for (var k = 0; k < Depth; k += GemmSchedule.BlockK)
        {
            var depth = Math.Min(GemmSchedule.BlockK, Depth - k);
            PackW(column, Math.Min(PanelLayout.Columns, Problem.N - column), FirstK + k, depth, SharedOf(column, k, depth), null);
        }
    }

    /// <summary>Computes rows of part <paramref name="part"/> of strip <paramref name="strip"/> of Y.</summary>
    internal readonly void Strip(int strip, int part, float* scratch)
    {
        var column = strip * StripColumns;
        var columns = Math.Min(StripColumns, Problem.N - column);
        var rowBegin = part * RowsPerPart;
        var rowEnd = Math.Min(Rows, rowBegin + RowsPerPart);
        var edge = scratch + PackedStripFloats + UnpackedFloats;
        for (var k = 0; k < Depth; k += GemmSchedule.BlockK)
        {
            var depth = Math.Min(GemmSchedule.BlockK, Depth - k);
            var w = SharedW == null ? scratch : SharedOf(column, k, depth);
            for (var c = 0; c < columns && SharedW == null; c += PanelLayout.Columns)
            {
                PackW(column + c, Math.Min(PanelLayout.Columns, columns - c), FirstK + k, depth, w + ((nint)c * depth), scratch + PackedStripFloats);
            }

            var load = Problem.Accumulate || FirstK + k > 0;
            for (var row = rowBegin; row < rowEnd;)
            {
                var height = Rows - row >= PanelLayout.Rows ? PanelLayout.Rows : PanelLayout.SmallRows;
                var x = Packed + BlockOffset(k) + ((nint)row * depth);
                for (var c = 0; c < columns; c += PanelLayout.Columns)
                {
                    var y = Problem.Y + ((nint)(FirstRow + row) * Problem.YStride) + column + c;
                    Tile(depth, x, height, Math.Min(height, Rows - row), w + ((nint)c * depth), Math.Min(PanelLayout.Columns, columns - c), y, load, edge);
                }

                row += height;
            }
        }
    }

    private readonly float* SharedOf(int column, int k, int depth) =>
        SharedW + ((nint)PanelLayout.RoundUp(Problem.N, PanelLayout.Columns) * k) + ((nint)column * depth);

    private readonly nint BlockOffset(int k) => (nint)PanelLayout.PaddedRows(Rows) * k;

    private readonly void PackW(int column, int columns, int k, int depth, float* panel, float* unpacked)
    {
        if (Problem.WByColumns)
        {
            var source = (float*)(Problem.W + (k * Problem.WRowBytes)) + column;
            PanelPacking.PackColumns(source, Problem.WRowBytes / sizeof(float), columns, depth, panel, PanelLayout.Columns);
            return;
        }

        var row = Problem.W + (column * Problem.WRowBytes);
        if (Problem.Format == DType.Float32)
        {
            PanelPacking.PackRows((float*)row + k, Problem.WRowBytes / sizeof(float), columns, depth, panel, PanelLayout.Columns);
            return;
        }

        var unpack = WeightUnpacking.For(Problem.Format, Problem.Width);
        for (var c = 0; c < columns; c++, row += Problem.WRowBytes)
        {
            unpack(row, k, depth, unpacked + ((nint)c * UnpackedStride));
        }

        PanelPacking.PackRows(unpacked, UnpackedStride, columns, depth, panel, PanelLayout.Columns);
    }

    /// <summary>One tile of up to 12 x 32: straight into Y, or at the edges through a full tile in scratch.</summary>
    private readonly void Tile(int depth, float* x, int height, int validRows, float* w, int validColumns, float* y, bool load, float* edge)
    {
        if (validRows == height && validColumns == PanelLayout.Columns)
        {
            TileKernel.Run(Problem.Width, depth, x, height, w, y, Problem.YStride, load);
            return;
        }

        if (load)
        {
            for (var r = 0; r < validRows; r++)
            {
                new ReadOnlySpan<float>(y + (r * Problem.YStride), validColumns).CopyTo(new Span<float>(edge + (r * PanelLayout.Columns), validColumns));
            }
        }

        TileKernel.Run(Problem.Width, depth, x, height, w, edge, PanelLayout.Columns, load);
        for (var r = 0; r < validRows; r++)
        {
            new ReadOnlySpan<float>(edge + (r * PanelLayout.Columns), validColumns).CopyTo(new Span<float>(y + (r * Problem.YStride), validColumns));
        }
    }
}
