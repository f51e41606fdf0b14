using System.Buffers;

namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>
/// mma.sync of a whole warp: PTX ISA "Warp Level Matrix Multiply-Accumulate Instructions". Registers lie as [register][lane]: element r·32 + lane.
/// d may be the same memory as c.
/// </summary>
public static class Mma
{
    /// <summary>d = a · b + c for every type but f64.</summary>
    /// <exception cref="PtxRuleException">mma.sync has no such instruction.</exception>
    public static void Execute(
        in MmaInstruction instruction, ReadOnlySpan<uint> a, ReadOnlySpan<uint> b, ReadOnlySpan<uint> c, Span<uint> d, AccumulationModel model)
    {
        instruction.Check();
        var shape = instruction.Shape;
        var buffer = ArrayPool<uint>.Shared.Rent((shape.M + shape.N) * shape.K + shape.M * shape.N);
        var codesA = buffer.AsSpan(0, shape.M * shape.K);
        var codesB = buffer.AsSpan(codesA.Length, shape.N * shape.K);
        var accumulator = buffer.AsSpan(codesA.Length + codesB.Length, shape.M * shape.N);
        GatherA(instruction, a, codesA);
        GatherB(instruction, b, codesB);
        MoveC(instruction, c, accumulator, default);
        if (instruction.A.IsInteger())
        {
            IntegerProduct.Execute(instruction.A, instruction.B, shape.M, shape.N, shape.K, codesA, codesB, accumulator, instruction.Saturate);
        }
        else
        {
            var plan = AccumulationPlan.For(model, TensorUnit.Mma, instruction.A);
            TensorProduct.Execute(plan, instruction.A, instruction.B, instruction.Accumulator, shape.M, shape.N, shape.K, codesA, codesB, accumulator);
        }

        MoveC(instruction, default, accumulator, d);
        ArrayPool<uint>.Shared.Return(buffer);
    }

    /// <summary>d = a · b + c in f64: a chain of fused multiply-adds in order of k, to nearest even; 64-bit registers.</summary>
    public static void ExecuteF64(
        MmaShape shape, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, ReadOnlySpan<ulong> c, Span<ulong> d, Rounding mode = Rounding.NearestEven)
    {
        new MmaInstruction(shape, MatrixType.F64, MatrixType.F64, MatrixType.F64).Check();
        Span<double> matrixA = stackalloc double[16 * 16];
        Span<double> matrixB = stackalloc double[8 * 16];
        Span<ulong> result = stackalloc ulong[4 * 32];
        for (var lane = 0; lane < 32; lane++)
        {
            for (var i = 0; i < shape.ElementsA; i++)
            {
                var (row, column) = shape.ElementA(lane, i, MatrixType.F64);
                matrixA[row * shape.K + column] = BitConverter.UInt64BitsToDouble(a[i * 32 + lane]);
            }

            for (var i = 0; i < shape.ElementsB; i++)
            {
                var (row, column) = MmaShape.ElementB(lane, i, MatrixType.F64);
                matrixB[column * shape.K + row] = BitConverter.UInt64BitsToDouble(b[i * 32 + lane]);
            }
        }

        for (var lane = 0; lane < 32; lane++)
        {
            for (var i = 0; i < shape.ElementsC; i++)
            {
                var (row, column) = MmaShape.ElementC(lane, i);
                var sum = BitConverter.UInt64BitsToDouble(c[i * 32 + lane]);
                for (var k = 0; k < shape.K; k++)
                {
                    sum = F64.MultiplyAdd(matrixA[row * shape.K + k], matrixB[column * shape.K + k], sum, mode);
                }

                result[i * 32 + lane] = BitConverter.DoubleToUInt64Bits(sum);
            }
        }

        result[..(shape.ElementsC * 32)].CopyTo(d);
    }

    private static void GatherA(in MmaInstruction instruction, ReadOnlySpan<uint> registers, Span<uint> codes)
    {
        var (shape, type) = (instruction.Shape, instruction.A);
        var (bits, per) = (type.Bits(), MmaShape.PerRegister(type));
        var mask = uint.MaxValue >> (32 - bits);
        for (var register = 0; register < instruction.RegistersA; register++)
        {
            for (var lane = 0; lane < 32; lane++)
            {
                // The elements of one register are consecutive in k.
                var (row, column) = shape.ElementA(lane, register * per, type);
                var word = registers[register * 32 + lane];
                for (var i = 0; i < per; i++)
                {
                    codes[row * shape.K + column + i] = word >> (i * bits) & mask;
                }
            }
        }
    }

    private static void GatherB(in MmaInstruction instruction, ReadOnlySpan<uint> registers, Span<uint> codes)
    {
        var (shape, type) = (instruction.Shape, instruction.B);
        var (bits, per) = (type.Bits(), MmaShape.PerRegister(type));
        var mask = uint.MaxValue >> (32 - bits);
        for (var register = 0; register < instruction.RegistersB; register++)
        {
            for (var lane = 0; lane < 32; lane++)
            {
                var (row, column) = MmaShape.ElementB(lane, register * per, type);
                var word = registers[register * 32 + lane];
                for (var i = 0; i < per; i++)
                {
                    codes[(row + i) * shape.N + column] = word >> (i * bits) & mask;
                }
            }
        }
    }

    // Reads c into the matrix, or writes the matrix to d where d is given.
    private static void MoveC(in MmaInstruction instruction, ReadOnlySpan<uint> c, Span<uint> matrix, Span<uint> d)
    {
        var halves = instruction.Accumulator == MatrixType.F16;
        for (var lane = 0; lane < 32; lane++)
        {
            for (var i = 0; i < instruction.Shape.ElementsC; i += 2)
            {
                var (row, column) = MmaShape.ElementC(lane, i);
                var pair = matrix.Slice(row * instruction.Shape.N + column, 2);
                if (halves)
                {
                    var register = i / 2 * 32 + lane;
                    if (d.IsEmpty)
                    {
                        (pair[0], pair[1]) = (c[register] & 0xFFFF, c[register] >> 16);
                    }
                    else
                    {
                        d[register] = pair[1] << 16 | pair[0];
                    }
                }
                else if (d.IsEmpty)
                {
                    (pair[0], pair[1]) = (c[i * 32 + lane], c[(i + 1) * 32 + lane]);
                }
                else
                {
                    (d[i * 32 + lane], d[(i + 1) * 32 + lane]) = (pair[0], pair[1]);
                }
            }
        }
    }
}
