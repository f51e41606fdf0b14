using ILGPU.IR.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels.Ptx;

/// <summary>Stores of 8x8 matrices of 16-bit elements to shared memory by a whole warp (sm_90): the reverse of <see cref="LdMatrix"/>.</summary>
internal static class StMatrix
{
    private const string OnlyInWarp = "stmatrix is an instruction of a whole warp";

    /// <summary>Two matrices; lanes 0 to 15 name their rows.</summary>
    [IntrinsicImplementation, PtxInstruction("stmatrix.sync.aligned.m8n8.x2.shared.b16 [$0], {$1*};", Architecture = "90", Space = "shared")]
    public static void Store2<T>(ref T row, UInt2 matrices)
        where T : unmanaged => throw new NotSupportedException(OnlyInWarp);

    /// <summary>Four matrices.</summary>
    [IntrinsicImplementation, PtxInstruction("stmatrix.sync.aligned.m8n8.x4.shared.b16 [$0], {$1*};", Architecture = "90", Space = "shared")]
    public static void Store4<T>(ref T row, UInt4 matrices)
        where T : unmanaged => throw new NotSupportedException(OnlyInWarp);

    /// <summary>Four matrices, transposed.</summary>
    [IntrinsicImplementation, PtxInstruction("stmatrix.sync.aligned.m8n8.x4.trans.shared.b16 [$0], {$1*};", Architecture = "90", Space = "shared")]
    public static void Store4Transposed<T>(ref T row, UInt4 matrices)
        where T : unmanaged => throw new NotSupportedException(OnlyInWarp);
}
