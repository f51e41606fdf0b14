namespace PlamoNative.Kernels.Ptx;

/// <summary>A thread's 4 x 4 part of a tile, in 16 registers: four rows of four columns.</summary>
internal struct Tile4x4
{
    public Float4 Row0;
    public Float4 Row1;
    public Float4 Row2;
    public Float4 Row3;

    /// <summary>Adds the outer product of a column and a row; each element is one chain of fused multiply-adds.</summary>
    public static Tile4x4 Add(Tile4x4 tile, Float4 column, Float4 row)
    {
        tile.Row0 = Fma(column.X, row, tile.Row0);
        tile.Row1 = Fma(column.Y, row, tile.Row1);
        tile.Row2 = Fma(column.Z, row, tile.Row2);
        tile.Row3 = Fma(column.W, row, tile.Row3);
        return tile;
    }

    /// <summary>Each row times its own factor.</summary>
    public static Tile4x4 ScaleRows(Tile4x4 tile, Float4 factors)
    {
        tile.Row0 = Multiply(factors.X, tile.Row0);
        tile.Row1 = Multiply(factors.Y, tile.Row1);
        tile.Row2 = Multiply(factors.Z, tile.Row2);
        tile.Row3 = Multiply(factors.W, tile.Row3);
        return tile;
    }

    /// <summary><c>factor · row + addend</c>.</summary>
    public static Float4 Fma(float factor, Float4 row, Float4 addend) => new(
        FastMath.Fma(factor, row.X, addend.X),
        FastMath.Fma(factor, row.Y, addend.Y),
        FastMath.Fma(factor, row.Z, addend.Z),
        FastMath.Fma(factor, row.W, addend.W));

    /// <summary><c>factor · row</c>.</summary>
    public static Float4 Multiply(float factor, Float4 row) => new(
        FastMath.Multiply(factor, row.X), FastMath.Multiply(factor, row.Y), FastMath.Multiply(factor, row.Z), FastMath.Multiply(factor, row.W));

    /// <summary>Element by element.</summary>
    public static Float4 Multiply(Float4 left, Float4 right) => new(
        FastMath.Multiply(left.X, right.X), FastMath.Multiply(left.Y, right.Y), FastMath.Multiply(left.Z, right.Z), FastMath.Multiply(left.W, right.W));

    /// <summary>The sum of <c>left · right</c>, added to <paramref name="sum"/> in order.</summary>
    public static float Dot(Float4 left, Float4 right, float sum) =>
        FastMath.Fma(left.W, right.W, FastMath.Fma(left.Z, right.Z, FastMath.Fma(left.Y, right.Y, FastMath.Fma(left.X, right.X, sum))));
}
