using ILGPU;

namespace PlamoNative.Kernels;

/// <summary>The tile that a block owns.</summary>
internal struct TilePlace
{
    private const int GroupedRows = 8;

    /// <summary>Where op(A), op(B) and C of the block's product begin.</summary>
    public long A;
    public long B;
    public long C;

    /// <summary>First row and column of the tile.</summary>
    public int Row;
    public int Column;

    /// <summary>How much of K the block sums.</summary>
    public int Depth;

    /// <summary>From the block's index: x counts tiles (<see cref="Tile"/>), z products.</summary>
    public static TilePlace Of(GemmBatch batch, int m, int n, int k, int width)
    {
        var place = Tile(m, n, width);
        var outer = Grid.IdxZ / batch.InnerCount;
        var inner = Grid.IdxZ - (outer * batch.InnerCount);
        var left = k - (outer * batch.SplitDepth);
        place.A = (outer * batch.AOuter) + (inner * batch.AInner);
        place.B = (outer * batch.BOuter) + (inner * batch.BInner);
        place.C = (outer * batch.COuter) + (inner * batch.CInner);
        place.Depth = batch.SplitDepth > 0 && batch.SplitDepth < left ? batch.SplitDepth : left;
        return place;
    }

    /// <summary>Row and column of the block's tile alone: x counts tiles, eight rows of them at a time, column by column, so that what is read together stays in L2.</summary>
    public static TilePlace Tile(int m, int n, int width)
    {
        var rows = (m + width - 1) / width;
        var columns = (n + width - 1) / width;
        var group = Grid.IdxX / (GroupedRows * columns);
        var first = group * GroupedRows;
        var height = rows - first < GroupedRows ? rows - first : GroupedRows;
        var rest = Grid.IdxX - (first * columns);
        return new TilePlace { Row = (first + (rest % height)) * width, Column = rest / height * width };
    }
}
