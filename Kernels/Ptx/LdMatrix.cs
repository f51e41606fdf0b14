using ILGPU.IR.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Kernels.Ptx;

/// <summary>
/// Loads of 8x8 matrices of 16-bit elements from shared memory by a whole warp: lane i names the row i % 8 of matrix i / 8 (16 bytes, aligned), and receives of each matrix the pair
/// of elements (row i / 4, columns 2 (i % 4) and one more); transposed where it says so. The registers are what <see cref="Mma"/> takes.
/// </summary>
internal static class LdMatrix
{
    private const string OnlyInWarp = "ldmatrix is an instruction of a whole warp";

    /// <summary>One matrix; lanes 0 to 7 name its rows.</summary>
    [IntrinsicImplementation, PtxInstruction("ldmatrix.sync.aligned.m8n8.x1.shared.b16 {$r}, [$0];", Space = "shared")]
    public static uint Load1<T>(ref T row)
        where T : unmanaged => throw new NotSupportedException(OnlyInWarp);

    /// <summary>Two matrices; lanes 0 to 15 name their rows.</summary>
    [IntrinsicImplementation, PtxInstruction("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {$r*}, [$0];", Space = "shared")]
    public static UInt2 Load2<T>(ref T row)
        where T : unmanaged => throw new NotSupportedException(OnlyInWarp);

    /// <summary>Four matrices.</summary>
    [IntrinsicImplementation, PtxInstruction("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {$r*}, [$0];", Space = "shared")]
    public static UInt4 Load4<T>(ref T row)
        where T : unmanaged => throw new NotSupportedException(OnlyInWarp);

    /// <summary>One matrix, transposed.</summary>
    [IntrinsicImplementation, PtxInstruction("ldmatrix.sync.aligned.m8n8.x1.trans.shared.b16 {$r}, [$0];", Space = "shared")]
    public static uint Load1Transposed<T>(ref T row)
        where T : unmanaged => throw new NotSupportedException(OnlyInWarp);

    /// <summary>Two matrices, transposed.</summary>
    [IntrinsicImplementation, PtxInstruction("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {$r*}, [$0];", Space = "shared")]
    public static UInt2 Load2Transposed<T>(ref T row)
        where T : unmanaged => throw new NotSupportedException(OnlyInWarp);

    /// <summary>Four matrices, transposed.</summary>
    [IntrinsicImplementation, PtxInstruction("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {$r*}, [$0];", Space = "shared")]
    public static UInt4 Load4Transposed<T>(ref T row)
        where T : unmanaged => throw new NotSupportedException(OnlyInWarp);
}
