namespace PlamoNative.Engine;

/// <summary>Blocks of a launch along x, y and z. A size of 0 launches nothing.</summary>
public readonly record struct GridSize
{
    private const int MostYZ = 65_535;

    /// <summary>Checks the three sizes against what every device takes.</summary>
    /// <param name="x">0 to 2^31 - 1.</param>
    /// <param name="y">0 to 65535.</param>
    /// <param name="z">0 to 65535.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is outside of its range.</exception>
    public GridSize(long x, long y = 1, long z = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(x);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(x, int.MaxValue);
        ArgumentOutOfRangeException.ThrowIfNegative(y);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(y, MostYZ);
        ArgumentOutOfRangeException.ThrowIfNegative(z);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(z, MostYZ);
        (X, Y, Z) = ((int)x, (int)y, (int)z);
    }

    /// <summary>Blocks along x.</summary>
    public int X { get; }

    /// <summary>Blocks along y.</summary>
    public int Y { get; }

    /// <summary>Blocks along z.</summary>
    public int Z { get; }

    /// <summary>True when there is no block at all.</summary>
    public bool IsEmpty => X == 0 || Y == 0 || Z == 0;

    /// <summary>The blocks along x that cover so many items.</summary>
    /// <param name="items">Items in all.</param>
    /// <param name="itemsPerBlock">Items of one block.</param>
    public static GridSize Covering(long items, long itemsPerBlock) => new((items + itemsPerBlock - 1) / itemsPerBlock);

    /// <summary>The three sizes, such as <c>12x4x1</c>.</summary>
    public override string ToString() => $"{X}x{Y}x{Z}";
}
