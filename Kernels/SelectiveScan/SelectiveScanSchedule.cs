namespace PlamoNative.Kernels;

/// <summary>Choices of the selective scan. They depend on shapes alone, never on threads or vectors: so do the bits of a result.</summary>
internal static class SelectiveScanSchedule
{
    /// <summary>
    /// The longest chunk used on a processor. A model's <c>mamba_chunk_size</c> (256) suits a GPU's matrix units; here the work inside a chunk grows with its
    /// length (T Q P operations a head) while the work on states does not. 32 was fastest at N = 64: 64 took up to 15 % longer at
    /// P = 128, 16 took 5 % longer at P = 64.
    /// </summary>
    internal const int LongestChunk = 32;

    /// <summary>Up to here the recurrence, token by token, costs less than the chunked form with its two transpositions of the state.</summary>
    internal const int LongestStateUpdate = 4;

    /// <summary>Tokens of a chunk when the caller allows <paramref name="chunkSize"/>.</summary>
    internal static int Chunk(int chunkSize) => Math.Min(chunkSize, LongestChunk);

    /// <summary>Whether a sequence of this many new tokens is run token by token.</summary>
    internal static bool UsesStateUpdate(int length) => length <= LongestStateUpdate;
}
