namespace PlamoNative.Kernels;

/// <summary>
/// Which rows an item of the backward pass keeps and which it lets pass by. Pairs of rows are visible from row <see cref="Lowest"/> to
/// <see cref="Highest"/> of the passing side; both grow with the kept row. A query row is a token and a head of the group: token · group + head.
/// </summary>
internal interface IBackwardSide
{
    /// <summary>Keys are kept and queries pass by, for dK and dV; else queries are kept and keys pass by, for dQ.</summary>
    static abstract bool KeepsKeys { get; }

    /// <summary>With keys kept, whether the passing queries get their gradients too: an item is then a whole sequence of a key-value head.</summary>
    static abstract bool AddsToQueries { get; }

    /// <summary>The first passing row that kept row <paramref name="row"/> meets.</summary>
    static abstract int Lowest(int row, int group, int length, int window);

    /// <summary>The last passing row that kept row <paramref name="row"/> meets.</summary>
    static abstract int Highest(int row, int group, int length, int window);
}

/// <summary>Queries are kept: query row r sees keys <c>[t - W, t]</c>, t its token.</summary>
internal struct QuerySide : IBackwardSide
{
    /// <inheritdoc/>
    public static bool KeepsKeys => false;

    /// <inheritdoc/>
    public static bool AddsToQueries => false;

    /// <inheritdoc/>
    public static int Lowest(int row, int group, int length, int window) => Math.Max(0, (row / group) - window);

    /// <inheritdoc/>
    public static int Highest(int row, int group, int length, int window) => row / group;
}

/// <summary>Keys are kept: key j is seen by the query rows of tokens <c>[j, j + W]</c>.</summary>
internal struct KeySide : IBackwardSide
{
    /// <inheritdoc/>
    public static bool KeepsKeys => true;

    /// <inheritdoc/>
    public static bool AddsToQueries => false;

    /// <inheritdoc/>
    public static int Lowest(int row, int group, int length, int window) => row * group;

    /// <inheritdoc/>
    public static int Highest(int row, int group, int length, int window) => (((int)Math.Min(length - 1, (long)row + window) + 1) * group) - 1;
}

/// <summary>Keys are kept, and dQ is added up beside them.</summary>
internal struct BothSides : IBackwardSide
{
    /// <inheritdoc/>
    public static bool KeepsKeys => true;

    /// <inheritdoc/>
    public static bool AddsToQueries => true;

    /// <inheritdoc/>
    public static int Lowest(int row, int group, int length, int window) => KeySide.Lowest(row, group, length, window);

    /// <inheritdoc/>
    public static int Highest(int row, int group, int length, int window) => KeySide.Highest(row, group, length, window);
}
