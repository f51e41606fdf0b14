using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace PlamoNative.Kernels;

/// <summary>Which vectors kernels use in this process. Results never depend on it; tests force each width and compare bits.</summary>
internal static class SimdWidth
{
    /// <summary>The widest vectors with a fused multiply-add instruction, in floats: 16, 8, 4, or 1 for none.</summary>
    public static int Best { get; } =
        Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? 16
        : Vector256.IsHardwareAccelerated && Fma.IsSupported ? 8
        : Vector128.IsHardwareAccelerated && (AdvSimd.IsSupported || Fma.IsSupported) ? 4
        : 1;

    /// <summary>0, or the width that tests force: 16, 8, 4 or 1. Wider than the hardware works too, in software.</summary>
    internal static int Forced { get; set; }

    /// <summary>Floats in the vectors that kernels use now.</summary>
    public static int Current => Forced != 0 ? Forced : Best;
}
