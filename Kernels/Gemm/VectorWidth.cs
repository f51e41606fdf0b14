using System.Runtime.Intrinsics;

namespace PlamoNative.Kernels;

/// <summary>Which of the kernels' variants runs. All give the same bits; tests run them side by side in one process.</summary>
internal enum VectorWidth
{
    /// <summary>128-bit vectors, or none at all.</summary>
    Bits128,

    /// <summary>256-bit vectors (AVX2).</summary>
    Bits256,

    /// <summary>512-bit vectors (AVX-512).</summary>
    Bits512,
}

/// <summary>The choice of the variant.</summary>
internal static class VectorWidths
{
    /// <summary>The widest vectors that this machine runs as single instructions; a constant to the JIT.</summary>
    internal static VectorWidth Widest =>
        Vector512.IsHardwareAccelerated ? VectorWidth.Bits512
        : Vector256.IsHardwareAccelerated ? VectorWidth.Bits256
        : VectorWidth.Bits128;
}
