using ILGPU;

namespace PlamoNative.Kernels;

/// <summary>The tile that a block owns.</summary>
internal struct TilePlace
{
    /// <summary>Where op(A), op(B) and C of the block's product begin.</summary>
    public long A;
    public long B;
    public long C;

    /// <summary>First row and column of the tile.</summary>
    public int Row;
    public int Column;

    /// <summary>How much of K the block sums.</summary>
    public int Depth;

    /// <summary>From the block's index: x counts tiles, <paramref name="grouped"/> rows of them at a time, column by column; z products.</summary>
    public static TilePlace Of(GemmBatch batch, int m, int n, int k, int width, int grouped)
    {
        var rows = (m + width - 1) / width;
        var columns = (n + width - 1) / width;
        var group = Grid.IdxX / (grouped * columns);
        var first = group * grouped;
        var height = rows - first < grouped ? rows - first : grouped;
        var rest = Grid.IdxX - (first * columns);
        var outer = Grid.IdxZ / batch.InnerCount;
        var inner = Grid.IdxZ - (outer * batch.InnerCount);
        var left = k - (outer * batch.SplitDepth);
        return new TilePlace
        {
            A = (outer * batch.AOuter) + (inner * batch.AInner),
            B = (outer * batch.BOuter) + (inner * batch.BInner),
            C = (outer * batch.COuter) + (inner * batch.CInner),
            Row = (first + (rest % height)) * width,
            Column = rest / height * width,
            Depth = batch.SplitDepth > 0 && batch.SplitDepth < left ? batch.SplitDepth : left,
        };
    }
}
