namespace PlamoNative.PtxEmulator.Memory;

/// <summary>
/// How a 64-bit generic address says its space: the top byte is 0 for global and constant memory, else one of the tags here.
/// Addresses inside shared, local and parameter space are the generic ones without the tag.
/// </summary>
internal static class AddressMap
{
    internal const int TagShift = 56;
    internal const ulong OffsetMask = (1UL << TagShift) - 1;
    internal const ulong SharedWindow = 1UL << TagShift;
    internal const ulong LocalWindow = 2UL << TagShift;
    internal const ulong ParameterWindow = 3UL << TagShift;
    internal const ulong FunctionWindow = 4UL << TagShift;

    /// <summary>The first shared byte of a block. Address 0 is never valid, and 1 KB keeps swizzle atoms aligned.</summary>
    internal const uint SharedBase = 1024;

    /// <summary>A shared address of another block of the cluster: rank + 1 above this bit.</summary>
    internal const int ClusterRankShift = 24;

    internal const uint SharedOffsetMask = (1u << ClusterRankShift) - 1;

    internal const uint LocalBase = 256;

    /// <summary>Bytes between neighbours that belong to nobody, so that a step past the end is seen; a multiple of all banks.</summary>
    internal const int GuardBytes = 256;
}
