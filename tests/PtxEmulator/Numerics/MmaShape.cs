namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>
/// m, n, k of one mma.sync, and where the elements of its operands live: PTX ISA "Matrix Fragments for mma". All shapes follow one rule. With
/// g = lane / 4, q = lane % 4, w elements a 32-bit register (f64: one a 64-bit register) and r = i / w the register of element i:
/// A is at row g (+ 8 for odd r where m is 16), column w·q + i % w + 4w·(r / 2, or r where m is 8); B at row w·q + i % w + 4w·r, column g;
/// C and D at row g + 8·(i / 2), column 2q + i % 2.
/// </summary>
public readonly record struct MmaShape(int M, int N, int K)
{
    /// <summary>Elements of A that a lane holds.</summary>
    public int ElementsA => M * K / 32;

    /// <summary>Elements of B that a lane holds.</summary>
    public int ElementsB => N * K / 32;

    /// <summary>Elements of C, and of D, that a lane holds.</summary>
    public int ElementsC => M * N / 32;

    /// <summary>Elements in one register (of 32 bits, f64: of 64).</summary>
    public static int PerRegister(MatrixType type) => type == MatrixType.F64 ? 1 : 32 / type.Bits();

    /// <summary>Registers of an operand with that many elements a lane.</summary>
    public static int Registers(int elements, MatrixType type) => elements / PerRegister(type);

    /// <summary>Row m and column k of element <paramref name="i"/> of A.</summary>
    public (int Row, int Column) ElementA(int lane, int i, MatrixType type)
    {
        var (g, q, w) = (lane / 4, lane % 4, PerRegister(type));
        var r = i / w;
        return M == 16 ? (g + 8 * (r % 2), w * q + i % w + 4 * w * (r / 2)) : (g, w * q + i % w + 4 * w * r);
    }

    /// <summary>Row k and column n of element <paramref name="i"/> of B.</summary>
    public static (int Row, int Column) ElementB(int lane, int i, MatrixType type)
    {
        var w = PerRegister(type);
        return (w * (lane % 4) + i % w + 4 * w * (i / w), lane / 4);
    }

    /// <summary>Row m and column n of element <paramref name="i"/> of C and D.</summary>
    public static (int Row, int Column) ElementC(int lane, int i) => (lane / 4 + 8 * (i / 2), 2 * (lane % 4) + i % 2);

    /// <summary>Whether mma.sync exists with this shape for the inputs.</summary>
    public bool Supports(MatrixType type) => N == 8 && (type switch
    {
        MatrixType.F16 => M == 16 && K is 8 or 16,
        MatrixType.BF16 => M == 16 && K is 8 or 16,
        MatrixType.TF32 => M == 16 && K is 4 or 8,
        MatrixType.E4M3 or MatrixType.E5M2 => M == 16 && K is 16 or 32,
        MatrixType.S8 or MatrixType.U8 => (M == 8 && K == 16) || (M == 16 && K is 16 or 32),
        MatrixType.S4 or MatrixType.U4 => (M == 8 && K == 32) || (M == 16 && K is 32 or 64),
        MatrixType.F64 => (M == 8 && K == 4) || (M == 16 && K is 4 or 8 or 16),
        _ => false,
    });

    /// <inheritdoc/>
    public override string ToString() => $"m{M}n{N}k{K}";
}

/// <summary>One mma.sync: shape, element types, and <c>.satfinite</c> of the integer forms.</summary>
public readonly record struct MmaInstruction(MmaShape Shape, MatrixType A, MatrixType B, MatrixType Accumulator, bool Saturate = false)
{
    /// <summary>Registers of A (32 bits; f64: 64).</summary>
    public int RegistersA => MmaShape.Registers(Shape.ElementsA, A);

    /// <summary>Registers of B.</summary>
    public int RegistersB => MmaShape.Registers(Shape.ElementsB, B);

    /// <summary>Registers of C and of D.</summary>
    public int RegistersC => MmaShape.Registers(Shape.ElementsC, Accumulator);

    /// <summary>Refuses what mma.sync does not have.</summary>
    /// <exception cref="PtxRuleException">The shape or the types do not go together.</exception>
    public void Check()
    {
        var accumulates = A switch
        {
            MatrixType.F16 => B == A && Accumulator is MatrixType.F16 or MatrixType.F32,
            MatrixType.BF16 or MatrixType.TF32 => B == A && Accumulator == MatrixType.F32,
            MatrixType.E4M3 or MatrixType.E5M2 => B.IsFp8() && Accumulator is MatrixType.F16 or MatrixType.F32,
            MatrixType.F64 => B == A && Accumulator == A,
            _ => A.IsInteger() && B.IsInteger() && A.Bits() == B.Bits() && Accumulator == MatrixType.S32,
        };
        if (!accumulates || !Shape.Supports(A))
        {
            throw new PtxRuleException($"mma.sync has no {Shape} of {A} and {B} into {Accumulator}".ToLowerInvariant());
        }
    }
}
