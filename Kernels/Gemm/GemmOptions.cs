namespace PlamoNative.Kernels;

/// <summary>Bits of the options that a GPU product is launched with; the same for all of its threads.</summary>
internal static class GemmOptions
{
    /// <summary>Add to what C holds.</summary>
    public const int Accumulate = 1;

    /// <summary>Rows of A allow 16-byte loads.</summary>
    public const int AlignedA = 2;

    /// <summary>Rows of B allow 16-byte loads.</summary>
    public const int AlignedB = 4;

    /// <summary>Rows of C allow 16-byte loads and stores.</summary>
    public const int AlignedC = 8;

    /// <summary>Cutting into three parts writes a fourth: the first without infinities and NaNs.</summary>
    public const int WithFinitePart = 16;
}

/// <summary>Where the products of one launch lie: product (i, j) of the grid's z = i · InnerCount + j begins at i · outer + j · inner of each matrix.</summary>
internal struct GemmBatch
{
    public long AOuter;
    public long AInner;
    public long BOuter;
    public long BInner;
    public long COuter;
    public long CInner;

    /// <summary>Products along the inner axis, at least 1.</summary>
    public int InnerCount;

    /// <summary>0, or the outer axis is a split of K: part i sums this many of K from i times as many on.</summary>
    public int SplitDepth;
}
