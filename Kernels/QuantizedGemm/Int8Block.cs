using System.Runtime.Intrinsics.X86;
using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>A block of quantised X (rows and depth) and the strips of Y that it gives.</summary>
/// <typeparam name="TShape">How the storage type of W multiplies.</typeparam>
internal unsafe struct Int8Block<TShape>
    where TShape : struct, IInt8Shape
{
    /// <summary>Depth of a packed panel of W: 16 KiB of byte codes, half of the first cache.</summary>
    private const int BlockK = 512;

    /// <summary>Groups of 16 in that depth, the most that any type has.</summary>
    private const int MostGroups = BlockK / 16;

    private const int WordsPerRow = (BlockK / 2) + 16;
    private const int TileFloats = Int8Panel.Rows * Int8Panel.Columns;

    /// <summary>Scratch of one worker: packed codes, scales, minima, one panel's codes by rows, a tile for the edges.</summary>
    internal const int ScratchFloats = (Int8Panel.Columns * (BlockK / 2)) + (2 * Int8Panel.Columns * MostGroups) + (Int8Panel.Columns * WordsPerRow) + TileFloats;

    internal GemmProblem Problem;
    internal int FirstRow;
    internal int Rows;
    internal int FirstK;
    internal int Depth;
    internal int RowsPerPart;

    /// <summary>Offset that W's codes carry: 8, 32 or none.</summary>
    internal int Offset;

    /// <summary>Quantised X, panels one after the other.</summary>
    internal ActivationPanel Packed;

    /// <summary>Values of K in a group of weights.</summary>
    internal static int Group => TShape.Units * CodesPerUnit;

    /// <summary>Codes in a unit of 4 bytes.</summary>
    private static int CodesPerUnit => TShape.IsWide ? 2 : 4;

    private readonly int Groups => Depth / Group;

    /// <summary>32-bit words of packed X for <paramref name="rows"/> rows and <paramref name="depth"/>: units, scales, biases, sums.</summary>
    internal static nint PackedWords(int rows, int depth) =>
        (nint)PanelLayout.RoundUp(rows, Int8Panel.Rows) * ((depth / CodesPerUnit) + (3 * (depth / Group)));

    /// <summary>Lays the parts of packed X over a buffer.</summary>
    internal void Place(float* buffer)
    {
        var rows = (nint)PanelLayout.RoundUp(Rows, Int8Panel.Rows);
        Packed.Codes = (int*)buffer;
        Packed.Scales = buffer + (rows * (Depth / CodesPerUnit));
        Packed.Biases = (int*)(Packed.Scales + (rows * Groups));
        Packed.Sums = Packed.Scales + (2 * rows * Groups);
    }

    /// <summary>Quantises panel <paramref name="panel"/> of X.</summary>
    internal readonly void QuantizeX(int panel)
    {
        var to = At(panel, 0);
        var codes = stackalloc int[Int8Panel.ActivationGroup];
        for (var r = 0; r < Int8Panel.Rows; r++)
        {
            var row = (panel * Int8Panel.Rows) + r;
            for (var k = 0; k < Depth; k += Int8Panel.ActivationGroup)
            {
                var d = 0f;
                new Span<int>(codes, Int8Panel.ActivationGroup).Clear();
                if (row < Rows)
                {
                    d = ActivationQuantizer.Quantize(Problem.X + ((nint)(FirstRow + row) * Problem.XStride) + FirstK + k, codes);
                }

                for (var i = 0; i < Int8Panel.ActivationGroup; i += CodesPerUnit)
                {
                    var unit = (((k + i) / CodesPerUnit) * Int8Panel.Rows) + r;
                    to.Codes[unit] = TShape.IsWide
                        ? (ushort)codes[i] | (codes[i + 1] << 16)
                        : (byte)codes[i] | ((byte)codes[i + 1] << 8) | ((byte)codes[i + 2] << 16) | (codes[i + 3] << 24);
                }

                for (var i = 0; i < Int8Panel.ActivationGroup; i += Group)
                {
                    var sum = 0;
                    for (var j = i; j < i + Group; j++)
                    {
                        sum += codes[j];
                    }

                    var group = (((k + i) / Group) * Int8Panel.Rows) + r;
                    to.Scales[group] = d;
                    to.Biases[group] = Offset * sum;
                    to.Sums[group] = d * sum;
                }
            }
        }
    }

    /// <summary>Computes rows of part <paramref name="part"/> of 32 columns of Y.</summary>
    internal readonly void Strip(int strip, int part, float* scratch)
    {
        var column = strip * Int8Panel.Columns;
        var columns = Math.Min(Int8Panel.Columns, Problem.N - column);
        var panels = scratch;
        var scales = panels + (Int8Panel.Columns * (BlockK / 2));
        var minima = scales + (Int8Panel.Columns * MostGroups);
        var rows = minima + (Int8Panel.Columns * MostGroups);
        var edge = rows + (Int8Panel.Columns * WordsPerRow);
        var unpack = Int8Codes.For(Problem.Format);
        new Span<float>(scales, 2 * Int8Panel.Columns * MostGroups).Clear();
        for (var k = 0; k < Depth; k += BlockK)
        {
            var depth = Math.Min(BlockK, Depth - k);
            for (var c = 0; c < columns; c++)
            {
                unpack(Problem.W + ((column + c) * Problem.WRowBytes), FirstK + k, depth, (byte*)(rows + (c * WordsPerRow)), scales + c, minima + c);
            }

            PanelPacking.PackRows(rows, WordsPerRow, columns, depth / CodesPerUnit, panels, Int8Panel.Columns);
            var load = Problem.Accumulate || FirstK + k > 0;
            var end = Math.Min(Rows, (part + 1) * RowsPerPart);
            for (var row = part * RowsPerPart; row < end; row += Int8Panel.Rows)
            {
                var y = Problem.Y + ((nint)(FirstRow + row) * Problem.YStride) + column;
                Tile(depth / Group, At(row / Int8Panel.Rows, k), (byte*)panels, scales, minima, y, Math.Min(Int8Panel.Rows, Rows - row), columns, load, edge);
            }
        }
    }

    /// <summary>Packed X of a panel from depth <paramref name="k"/> on.</summary>
    private readonly ActivationPanel At(int panel, int k)
    {
        var groups = (((nint)panel * Groups) + (k / Group)) * Int8Panel.Rows;
        return new ActivationPanel
        {
            Codes = Packed.Codes + ((((nint)panel * Depth) + k) / CodesPerUnit * Int8Panel.Rows),
            Scales = Packed.Scales + groups,
            Biases = Packed.Biases + groups,
            Sums = Packed.Sums + groups,
        };
    }

    private readonly void Tile(int groups, ActivationPanel x, byte* w, float* scales, float* minima, float* y, int validRows, int validColumns, bool load, float* edge)
    {
        if (validRows == Int8Panel.Rows && validColumns == Int8Panel.Columns)
        {
            FullTile(groups, x, w, scales, minima, y, Problem.YStride, load);
            return;
        }

        for (var r = 0; r < validRows && load; r++)
        {
            new ReadOnlySpan<float>(y + (r * Problem.YStride), validColumns).CopyTo(new Span<float>(edge + (r * Int8Panel.Columns), validColumns));
        }

        FullTile(groups, x, w, scales, minima, edge, Int8Panel.Columns, load);
        for (var r = 0; r < validRows; r++)
        {
            new ReadOnlySpan<float>(edge + (r * Int8Panel.Columns), validColumns).CopyTo(new Span<float>(y + (r * Problem.YStride), validColumns));
        }
    }

    private readonly void FullTile(int groups, ActivationPanel x, byte* w, float* scales, float* minima, float* y, nint yStride, bool load)
    {
        if (Problem.Width == VectorWidth.Bits512 && Avx512BW.IsSupported)
        {
            Int8Tile512.Run<TShape>(groups, x, w, scales, minima, y, yStride, load);
        }
        else if (Problem.Width != VectorWidth.Bits128 && Avx2.IsSupported)
        {
            for (var c = 0; c < Int8Panel.Columns; c += 8)
            {
                Int8Tile256.Run<TShape>(groups, x, w + (c * sizeof(int)), scales + c, minima + c, y + c, yStride, load);
            }
        }
        else
        {
            Int8TilePlain.Run<TShape>(groups, x, w, scales, minima, y, yStride, load);
        }
    }
}
