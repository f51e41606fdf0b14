namespace PlamoNative.Kernels;

/// <summary>Sizes of the tiles of attention. They depend on shapes alone, never on threads or vectors: so do the bits of a result.</summary>
internal static class FlashAttentionSchedule
{
    /// <summary>
    /// Query rows (a token times a head of the group) of a tile: 3 panels of 32 columns in the scores, 8 of 12 rows in the sum over values.
    /// </summary>
    internal const int TileRows = 96;

    /// <summary>Query rows that share a packed tile of keys and values: two tiles, so that packing costs 2 % and the rest stays in 1 MiB of cache.</summary>
    internal const int BlockRows = 2 * TileRows;

    /// <summary>Keys of a tile: 8 panels of 12; scores of a tile (36 KiB) stay near the core.</summary>
    internal const int TileKeys = 96;

    /// <summary>Keys of one split of the decode form: with P = 128 a quarter of a MiB, ten microseconds of memory.</summary>
    internal const int SplitKeys = 240;

    /// <summary>Floats of a sequence's query gradients up to which the backward pass computes S and dP once: 4 MiB a thread.</summary>
    private const int MostAtOnce = 1 << 20;

    /// <summary>
    /// Whether an item of the backward pass is a whole sequence of a key-value head, S and dP made once for all gradients: if such items are enough for the threads.
    /// The other form makes S and dP twice and has the same bits, so this may depend on the threads.
    /// </summary>
    /// <param name="gradientFloats">Of the longest sequence's query rows.</param>
    /// <param name="items">Sequences times key-value heads.</param>
    /// <param name="threads">Threads.</param>
    internal static bool IsAtOnce(long gradientFloats, int items, int threads) => gradientFloats <= MostAtOnce && (threads == 1 || items >= 3 * threads);

    /// <summary>Splits of the keys: a lone query's are shared out between threads, other sequences have enough query blocks.</summary>
    /// <param name="length">New tokens of the sequence.</param>
    /// <param name="keys">Keys that its first query sees.</param>
    internal static int Splits(int length, int keys) => length == 1 ? (keys + SplitKeys - 1) / SplitKeys : 1;
}
