using System.Runtime.CompilerServices;

namespace PlamoNative.Kernels;

/// <summary>Rows of a sequence for one key-value head: row r is token r / group, head r mod group.</summary>
internal struct RowRange
{
    internal int FirstToken;
    internal int Group;
    internal int Head;

    internal readonly (int Token, int Head) At(int row)
    {
        var (token, head) = Math.DivRem(row, Group);
        return (FirstToken + token, Head + head);
    }
}

/// <summary>Packing and products of the tiles of attention's backward pass.</summary>
internal static unsafe class BackwardTiles
{
    private const int TileRows = FlashAttentionSchedule.TileRows;
    private const int Columns = TileProduct.Columns;

    internal static int StagingFloats(int headSize) => TileRows * KeyValueTile.StagedStride(headSize);

    internal static float Scale(int headSize) => (float)(1 / Math.Sqrt(headSize));

    /// <summary>Gathers rows, multiplied by <paramref name="scale"/>.</summary>
    internal static void Stage<TSimd, TVector>(in HeadRows<float> source, in RowRange range, int first, int rows, int size, float scale, float* staging)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        var stride = KeyValueTile.StagedStride(size);
        for (var r = 0; r < rows; r++)
        {
            var (token, head) = range.At(first + r);
            KeyValueTile.Scale<TSimd, TVector>(source.Row(token, head), scale, size, staging + (r * stride));
        }
    }

    /// <summary>Right operands of S and dP: panels of 32 rows, each <c>panel[p * 32 + row]</c>, filled with zeros.</summary>
    internal static void PackRight(float* staging, int rows, int size, float* packed)
    {
        var stride = KeyValueTile.StagedStride(size);
        for (var row = 0; row < rows; row += Columns)
        {
            PanelPacking.PackRows(staging + (row * stride), stride, rows - row, size, packed + (row * size), Columns);
        }
    }

    /// <summary>Left operands of S and dP: panels of 12 rows, then 4, each <c>panel[p * height + row]</c>.</summary>
    internal static void PackLeft(float* staging, int rows, int size, float* packed)
    {
        var stride = KeyValueTile.StagedStride(size);
        for (var row = 0; row < rows;)
        {
            var height = rows - row >= PanelLayout.Rows ? PanelLayout.Rows : PanelLayout.SmallRows;
            PanelPacking.PackRows(staging + (row * stride), stride, rows - row, size, packed + (row * size), height);
            row += height;
        }
    }

    /// <summary>Right operands of the products back: panels of 32 columns of P, each <c>panel[row * 32 + column]</c>, filled with zeros.</summary>
    internal static void PackColumns(float* staging, int rows, int size, float* packed)
    {
        var stride = KeyValueTile.StagedStride(size);
        for (var column = 0; column < size; column += Columns)
        {
            PanelPacking.PackColumns(staging + column, stride, Math.Min(Columns, size - column), rows, packed + (column * TileRows), Columns);
        }
    }

    /// <summary><c>scores[passing, kept] = left[passing] · right[kept]</c> for passing rows <c>[begin, end)</c> of <paramref name="count"/>, begin a multiple of 12.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Product<TSimd, TVector>(float* left, int begin, int end, int count, float* right, int rows, int size, float* scores)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (var column = 0; column < rows; column += Columns)
        {
            for (var passing = begin; passing < end;)
            {
                var height = count - passing >= PanelLayout.Rows ? PanelLayout.Rows : PanelLayout.SmallRows;
                TileProduct.Tile<TSimd, TVector>(
                    height, size, left + (passing * size), height, right + (column * size), scores + (passing * TileRows) + column, TileRows, load: false);
                passing += height;
            }
        }
    }

    /// <summary><c>gradient[kept] += Σ_passing weights[passing, kept] columns[passing]</c>.</summary>
    internal static void AddBack<TSimd, TVector>(float* weights, int begin, int end, int rows, float* columns, int paddedHead, float* gradient)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (var column = 0; column < paddedHead; column += Columns)
        {
            TileProduct.Run<TSimd, TVector>(
                PanelLayout.RoundUp(rows, PanelLayout.SmallRows),
                end - begin,
                weights + (begin * TileRows),
                TileRows,
                columns + (column * TileRows) + (begin * Columns),
                gradient + column,
                paddedHead,
                load: true);
        }
    }

    /// <summary><c>gradient[passing] += Σ_kept weights[kept, passing] columns[kept]</c>, passing rows a multiple of 4.</summary>
    internal static void AddAcross<TSimd, TVector>(float* weights, int passing, int kept, float* columns, int paddedHead, float* gradient)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (var column = 0; column < paddedHead; column += Columns)
        {
            TileProduct.Run<TSimd, TVector>(passing, kept, weights, passing, columns + (column * TileRows), gradient + column, paddedHead, load: true);
        }
    }
}
