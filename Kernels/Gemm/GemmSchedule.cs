namespace PlamoNative.Kernels;

/// <summary>The two ways to compute a product. Their bits differ (another order of summation), so the choice looks at shapes only.</summary>
internal enum GemmPath
{
    /// <summary>Each element is a dot product over 16 virtual lanes, W streamed once (<see cref="DotKernel"/>).</summary>
    Dot,

    /// <summary>Each element is one chain of fused multiply-adds, over packed panels (<see cref="PanelKernel"/>).</summary>
    Panel,
}

/// <summary>How a product is cut. A pure function of shapes; thread count changes only who does which part.</summary>
internal static class GemmSchedule
{
    /// <summary>
    /// Rows up to which the product is rows of dot products. Decoding a batch of up to this many sequences gives each the bits that it would get alone.
    /// </summary>
    /// <remarks>
    /// At 16 rows dot products run at 1.4 to 1.9 times the speed of panels with AVX-512 (panels catch up near 64) and about as fast with AVX2 (panels win from 24):
    /// the number must be one for all machines, since the bits hang on it.
    /// </remarks>
    internal const int DotRows = 16;

    /// <summary>Depth of a packed panel: 32 columns of 256 are 32 KiB, the first cache; also one super-block of the K-quants.</summary>
    internal const int BlockK = 256;

    /// <summary>Rows of X packed at once: a multiple of 12; W is read once for each.</summary>
    internal const int BlockM = 768;

    /// <summary>
    /// Elements of X packed at once: 1.5 MiB, near the second cache when it is read. Few rows go deeper, so that threads meet less often.
    /// </summary>
    internal const int PackedElements = BlockM * 512;

    /// <summary>Elements of W up to which it is packed once for all threads; a larger one, or one that is not float32, by each part for itself.</summary>
    internal const int SharedElements = 1 << 19;

    /// <summary>Panels of W (32 columns each) that a worker packs at a time.</summary>
    internal const int PanelsPerStrip = 4;

    /// <summary>Parts of a product that a thread gets, where there are enough: with 5 parts for 2 threads one would wait a fifth of the time.</summary>
    internal const int PartsPerThread = 8;

    /// <summary>Depth of X packed at once, for <paramref name="m"/> rows.</summary>
    internal static int PackedDepth(int m) => Math.Max(2 * BlockK, PackedElements / PanelLayout.PaddedRows(Math.Min(m, BlockM)) / BlockK * BlockK);

    /// <summary>The path for a shape.</summary>
    /// <param name="m">Rows of Y.</param>
    /// <param name="rowsContiguous">Both operands have contiguous rows along K (a linear layer), which is what dot products need.</param>
    internal static GemmPath Choose(int m, bool rowsContiguous) => m <= DotRows && rowsContiguous ? GemmPath.Dot : GemmPath.Panel;

    /// <summary>
    /// Cuts <paramref name="m"/> rows so that a narrow product still feeds every thread evenly: rows of a part (a multiple of 12) when N gives only
    /// <paramref name="strips"/> parts. If each part packs its strip of W again, it has 192 rows where the threads leave a choice.
    /// </summary>
    internal static int RowsPerPart(int m, int strips, int threads, bool isShared = false)
    {
        var wanted = PartsPerThread * threads;
        if (threads == 1 || strips >= wanted)
        {
            return PanelLayout.RoundUp(m, PanelLayout.Rows);
        }

        var fewest = isShared ? 4 * PanelLayout.Rows : Math.Clamp(m / threads, 4 * PanelLayout.Rows, 16 * PanelLayout.Rows);
        var parts = (wanted + strips - 1) / strips;
        return Math.Max(PanelLayout.RoundUp(fewest, PanelLayout.Rows), PanelLayout.RoundUp((m + parts - 1) / parts, PanelLayout.Rows));
    }
}
