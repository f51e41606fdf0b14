namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>
/// One wgmma.mma_async of m64 n<paramref name="N"/>; k is 32 bytes of elements. PTX ISA "Asynchronous Warpgroup Level Matrix Instructions".
/// </summary>
/// <param name="N">Columns: multiples of 8 to 256 (8-bit integers above 32: of 16).</param>
/// <param name="A">Type of A.</param>
/// <param name="B">Type of B.</param>
/// <param name="Accumulator">f32, f16 or s32.</param>
/// <param name="ScaleD">False: the old accumulator is not read.</param>
/// <param name="NegateA">imm-scale-a is -1.</param>
/// <param name="NegateB">imm-scale-b is -1.</param>
/// <param name="TransposeA">imm-trans-a: A in shared memory is MN-major.</param>
/// <param name="TransposeB">imm-trans-b: B is MN-major.</param>
/// <param name="Saturate">.satfinite of the integer forms.</param>
public readonly record struct WgmmaInstruction(
    int N, MatrixType A, MatrixType B, MatrixType Accumulator, bool ScaleD = true, bool NegateA = false, bool NegateB = false,
    bool TransposeA = false, bool TransposeB = false, bool Saturate = false)
{
    /// <summary>Rows.</summary>
    public const int M = 64;

    /// <summary>Threads of a warpgroup.</summary>
    public const int Threads = 128;

    /// <summary>k of the instruction.</summary>
    public int K => 256 / A.Bits();

    /// <summary>Bytes of an element.</summary>
    public int ElementBytes => A.Bits() / 8;

    /// <summary>Accumulator registers of a thread.</summary>
    public int Registers => Accumulator == MatrixType.F16 ? N / 4 : N / 2;

    /// <summary>Row and column of accumulator element <paramref name="i"/> of a thread; an f16 register j holds elements 2j and 2j + 1.</summary>
    public static (int Row, int Column) ElementD(int thread, int i) =>
        (16 * (thread / 32) + thread % 32 / 4 + 8 * (i / 2 % 2), 8 * (i / 4) + 2 * (thread % 4) + i % 2);

    /// <summary>Row m and column k of element <paramref name="i"/> of A where A is in registers (four of 32 bits).</summary>
    public static (int Row, int Column) ElementA(int thread, int i, MatrixType type)
    {
        var w = 32 / type.Bits();
        return (16 * (thread / 32) + thread % 32 / 4 + 8 * (i / w % 2), i % w + w * (thread % 4) + 4 * w * (i / (2 * w)));
    }

    /// <summary>Refuses what wgmma does not have.</summary>
    /// <exception cref="PtxRuleException">Size, types, or a transposition of elements that are not 16 bits wide.</exception>
    public void Check()
    {
        var types = A switch
        {
            MatrixType.F16 => B == A && Accumulator is MatrixType.F16 or MatrixType.F32,
            MatrixType.BF16 or MatrixType.TF32 => B == A && Accumulator == MatrixType.F32,
            MatrixType.E4M3 or MatrixType.E5M2 => B.IsFp8() && Accumulator is MatrixType.F16 or MatrixType.F32,
            MatrixType.S8 or MatrixType.U8 => B is MatrixType.S8 or MatrixType.U8 && Accumulator == MatrixType.S32,
            _ => false,
        };
        var columns = N % 8 == 0 && N is >= 8 and <= 256 && (!A.IsInteger() || N <= 24 || N % 16 == 0);
        if (!types || !columns)
        {
            throw new PtxRuleException($"wgmma has no m64n{N}k{K} of {A} and {B} into {Accumulator}".ToLowerInvariant());
        }

        if ((TransposeA || TransposeB) && A.Bits() != 16)
        {
            throw new PtxRuleException($"wgmma of {A.ToString().ToLowerInvariant()} takes K-major operands only: imm-trans exists for 16-bit types");
        }
    }
}
