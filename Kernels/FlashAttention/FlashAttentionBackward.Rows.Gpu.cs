using ILGPU;
using PlamoNative.Kernels.Ptx;

namespace PlamoNative.Kernels;

/// <content>Weights and slopes of a tile, and where gradients go.</content>
internal static partial class FlashAttentionBackwardKernels
{
    /// <summary>P (dP - δ) of a query row and four keys.</summary>
    private static Float4 SlopesOfQuery(AttentionRows rows, int row, Float4 scores, Float4 slopes, int first, ArrayView<float> statistics)
    {
        var place = 2 * rows.Place(row);
        var masked = OnlineSoftmaxRows.Mask(scores, rows.PositionOf(row) - first, rows.Shape.Window);
        var weights = OnlineSoftmaxRows.Weights(masked, statistics[place]);
        var delta = statistics[place + 1];
        return Tile4x4.Multiply(weights, new Float4(
            FastMath.Subtract(slopes.X, delta), FastMath.Subtract(slopes.Y, delta), FastMath.Subtract(slopes.Z, delta), FastMath.Subtract(slopes.W, delta)));
    }

    /// <summary>P of four keys and four query rows.</summary>
    private static Tile4x4 WeightsOfKeys(AttentionRows rows, Tile4x4 scores, int key, int row, int lastRow, ArrayView<float> statistics)
    {
        scores = Transpose(scores);
        scores.Row0 = WeightsOfRow(rows, scores.Row0, key, row, lastRow, statistics);
        scores.Row1 = WeightsOfRow(rows, scores.Row1, key, row + 1, lastRow, statistics);
        scores.Row2 = WeightsOfRow(rows, scores.Row2, key, row + 2, lastRow, statistics);
        scores.Row3 = WeightsOfRow(rows, scores.Row3, key, row + 3, lastRow, statistics);
        return Transpose(scores);
    }

    private static Float4 WeightsOfRow(AttentionRows rows, Float4 scores, int key, int row, int lastRow, ArrayView<float> statistics)
    {
        if (row > lastRow)
        {
            return default;
        }

        var masked = OnlineSoftmaxRows.Mask(scores, (row / rows.Heads) - key, rows.Shape.Window);
        return OnlineSoftmaxRows.Weights(masked, statistics[2 * rows.Place(row)]);
    }

    /// <summary>P (dP - δ) of four keys and four query rows.</summary>
    private static Tile4x4 SlopesOfKeys(AttentionRows rows, Tile4x4 weights, Tile4x4 slopes, int row, int lastRow, ArrayView<float> statistics)
    {
        var deltas = new Float4(
            DeltaOf(rows, row, lastRow, statistics), DeltaOf(rows, row + 1, lastRow, statistics), DeltaOf(rows, row + 2, lastRow, statistics), DeltaOf(rows, row + 3, lastRow, statistics));
        slopes.Row0 = Tile4x4.Multiply(weights.Row0, Tile4x4.Fma(-1f, deltas, slopes.Row0));
        slopes.Row1 = Tile4x4.Multiply(weights.Row1, Tile4x4.Fma(-1f, deltas, slopes.Row1));
        slopes.Row2 = Tile4x4.Multiply(weights.Row2, Tile4x4.Fma(-1f, deltas, slopes.Row2));
        slopes.Row3 = Tile4x4.Multiply(weights.Row3, Tile4x4.Fma(-1f, deltas, slopes.Row3));
        return slopes;
    }

    private static float DeltaOf(AttentionRows rows, int row, int lastRow, ArrayView<float> statistics)
    {
        var delta = 0f;
        if (row <= lastRow)
        {
            delta = statistics[(2 * rows.Place(row)) + 1];
        }

        return delta;
    }

    private static Tile4x4 Transpose(Tile4x4 tile) => new()
    {
        Row0 = new Float4(tile.Row0.X, tile.Row1.X, tile.Row2.X, tile.Row3.X),
        Row1 = new Float4(tile.Row0.Y, tile.Row1.Y, tile.Row2.Y, tile.Row3.Y),
        Row2 = new Float4(tile.Row0.Z, tile.Row1.Z, tile.Row2.Z, tile.Row3.Z),
        Row3 = new Float4(tile.Row0.W, tile.Row1.W, tile.Row2.W, tile.Row3.W),
    };

    private static void StoreQuery<TPanels>(AttentionRows rows, int row, int lastRow, long start, AttentionGradientShape gradients, int column, Float4 sum0, Float4 sum1)
        where TPanels : struct, IPanels
    {
        if (row > lastRow)
        {
            return;
        }

        var to = rows.QueryRow(start, row, gradients.QueryToken, gradients.QueryHead);
        var at = column + (4 * TileProduct64.ColumnGroup);
        var isVector = rows.Shape.IsVector != 0;
        AddressRows.StoreRow(to, at, rows.Shape.HeadSize, isVector, Tile4x4.Multiply(gradients.Scale, sum0));
        if (TPanels.Count > 1)
        {
            AddressRows.StoreRow(to, at + 64, rows.Shape.HeadSize, isVector, Tile4x4.Multiply(gradients.Scale, sum1));
        }
    }

    private static void StoreTile(Tile4x4 tile, long start, long tokenStride, int row, int lastRow, int column, AttentionShape shape)
    {
        StoreToken(tile.Row0, start, tokenStride, row, lastRow, column, shape);
        StoreToken(tile.Row1, start, tokenStride, row + 1, lastRow, column, shape);
        StoreToken(tile.Row2, start, tokenStride, row + 2, lastRow, column, shape);
        StoreToken(tile.Row3, start, tokenStride, row + 3, lastRow, column, shape);
    }

    private static void StoreToken(Float4 value, long start, long tokenStride, int row, int lastRow, int column, AttentionShape shape)
    {
        if (row <= lastRow)
        {
            AddressRows.StoreRow(start + (row * tokenStride), column + (4 * TileProduct64.ColumnGroup), shape.HeadSize, shape.IsVector != 0, value);
        }
    }
}
