using System.Runtime.InteropServices;
using ILGPU;

namespace PlamoNative.Kernels.Ptx;

/// <summary>
/// How an element-wise kernel of 256 threads a block shares out rows: a thread has one place (an element or a vector) of one row; a block has 256 neighbors of a wide row, or
/// whole narrow rows, 2^<see cref="ColumnBits"/> threads each.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RowTiles
{
    /// <summary>Threads of a block.</summary>
    public const int Threads = 256;

    private const int ThreadBits = 8;

    /// <summary>Rows.</summary>
    public int Rows;

    /// <summary>Places of a row.</summary>
    public int Width;

    /// <summary>Blocks along a row.</summary>
    public int Chunks;

    /// <summary>Threads along a row, as a power of two.</summary>
    public int ColumnBits;

    /// <summary>This thread's row; past the last one in the last block.</summary>
    public static int Row(RowTiles tiles) => ((int)((uint)Grid.IdxX / (uint)tiles.Chunks) << (ThreadBits - tiles.ColumnBits)) + (Group.IdxX >> tiles.ColumnBits);

    /// <summary>This thread's place in its row; past the end in the row's last block.</summary>
    public static int Column(RowTiles tiles) => ((int)((uint)Grid.IdxX % (uint)tiles.Chunks) << tiles.ColumnBits) + (Group.IdxX & ((1 << tiles.ColumnBits) - 1));

    /// <summary>The split of rows of so many places.</summary>
    public static RowTiles Of(long rows, long width)
    {
        var bits = 0;
        while (bits < ThreadBits && 1L << bits < width)
        {
            bits++;
        }

        return new RowTiles { Rows = checked((int)rows), Width = checked((int)width), ColumnBits = bits, Chunks = checked((int)Math.Max(1, (width + (1L << bits) - 1) >> bits)) };
    }

    /// <summary>Blocks of the launch.</summary>
    public readonly long Blocks => Width == 0 ? 0 : (((long)Rows + (Threads >> ColumnBits) - 1) >> (ThreadBits - ColumnBits)) * Chunks;
}
