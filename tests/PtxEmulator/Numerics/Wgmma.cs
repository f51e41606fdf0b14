using System.Buffers;
using System.Runtime.InteropServices;

namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>wgmma.mma_async of a whole warpgroup, executed at once. Registers lie as [register][thread]: element r·128 + thread.</summary>
public static class Wgmma
{
    /// <summary>d = a · b (+ d): A and B in shared memory, which is indexed by shared address.</summary>
    /// <exception cref="PtxRuleException">No such instruction, a bad descriptor, or an element outside of shared memory.</exception>
    public static void Execute(
        in WgmmaInstruction instruction, ulong descriptorA, ulong descriptorB, ReadOnlySpan<byte> shared, Span<uint> d, AccumulationModel model)
    {
        instruction.Check();
        var codes = ArrayPool<uint>.Shared.Rent(WgmmaInstruction.M * instruction.K);
        var a = codes.AsSpan(0, WgmmaInstruction.M * instruction.K);
        var descriptor = MatrixDescriptor.Decode(descriptorA);
        Gather(descriptor, instruction.TransposeA, WgmmaInstruction.M, instruction.K, instruction.ElementBytes, shared, a, instruction.K, 1);
        Product(instruction, a, descriptorB, shared, d, model);
        ArrayPool<uint>.Shared.Return(codes);
    }

    /// <summary>d = a · b (+ d): A in four registers of each thread, B in shared memory.</summary>
    /// <exception cref="PtxRuleException">No such instruction, a bad descriptor, or an element outside of shared memory.</exception>
    public static void Execute(
        in WgmmaInstruction instruction, ReadOnlySpan<uint> registersA, ulong descriptorB, ReadOnlySpan<byte> shared, Span<uint> d, AccumulationModel model)
    {
        instruction.Check();
        var (k, bits) = (instruction.K, instruction.A.Bits());
        var per = 32 / bits;
        var codes = ArrayPool<uint>.Shared.Rent(WgmmaInstruction.M * k);
        var a = codes.AsSpan(0, WgmmaInstruction.M * k);
        for (var register = 0; register < 4; register++)
        {
            for (var thread = 0; thread < WgmmaInstruction.Threads; thread++)
            {
                var (row, column) = WgmmaInstruction.ElementA(thread, register * per, instruction.A);
                var word = registersA[register * WgmmaInstruction.Threads + thread];
                for (var i = 0; i < per; i++)
                {
                    a[row * k + column + i] = word >> (i * bits) & (uint.MaxValue >> (32 - bits));
                }
            }
        }

        Product(instruction, a, descriptorB, shared, d, model);
        ArrayPool<uint>.Shared.Return(codes);
    }

    private static void Product(in WgmmaInstruction instruction, Span<uint> a, ulong descriptorB, ReadOnlySpan<byte> shared, Span<uint> d, AccumulationModel model)
    {
        var (n, k) = (instruction.N, instruction.K);
        var buffer = ArrayPool<uint>.Shared.Rent(n * k + WgmmaInstruction.M * n);
        var b = buffer.AsSpan(0, n * k);
        var accumulator = buffer.AsSpan(n * k, WgmmaInstruction.M * n);
        Gather(MatrixDescriptor.Decode(descriptorB), instruction.TransposeB, n, k, instruction.ElementBytes, shared, b, 1, n);
        Negate(instruction.NegateA, instruction.A, a);
        Negate(instruction.NegateB, instruction.B, b);
        accumulator.Clear();
        if (instruction.ScaleD)
        {
            Move(instruction, accumulator, d, write: false);
        }

        if (instruction.A.IsInteger())
        {
            IntegerProduct.Execute(instruction.A, instruction.B, WgmmaInstruction.M, n, k, a, b, accumulator, instruction.Saturate);
        }
        else
        {
            var plan = AccumulationPlan.For(model, TensorUnit.Wgmma, instruction.A);
            TensorProduct.Execute(plan, instruction.A, instruction.B, instruction.Accumulator, WgmmaInstruction.M, n, k, a, b, accumulator);
        }

        Move(instruction, accumulator, d, write: true);
        ArrayPool<uint>.Shared.Return(buffer);
    }

    private static void Gather(
        in MatrixDescriptor descriptor, bool mnMajor, int rows, int k, int elementBytes, ReadOnlySpan<byte> shared, Span<uint> codes, int strideX, int strideK)
    {
        for (var x = 0; x < rows; x++)
        {
            for (var i = 0; i < k; i++)
            {
                // A start address has 18 bits: what the offsets push beyond them is cut.
                var address = descriptor.Address(mnMajor, x, i, elementBytes) & 0x3FFFF;
                if (address > shared.Length - elementBytes)
                {
                    throw new PtxRuleException($"wgmma reads element ({x}, {i}) at shared address 0x{address:x}, outside of {shared.Length} bytes");
                }

                var place = shared[(int)address..];
                codes[x * strideX + i * strideK] = elementBytes switch
                {
                    1 => place[0],
                    2 => MemoryMarshal.Read<ushort>(place),
                    _ => MemoryMarshal.Read<uint>(place),
                };
            }
        }
    }

    private static void Negate(bool negate, MatrixType type, Span<uint> codes)
    {
        if (negate)
        {
            foreach (ref var code in codes)
            {
                code ^= 1u << (type.Bits() - 1);
            }
        }
    }

    private static void Move(in WgmmaInstruction instruction, Span<uint> matrix, Span<uint> d, bool write)
    {
        var halves = instruction.Accumulator == MatrixType.F16;
        for (var thread = 0; thread < WgmmaInstruction.Threads; thread++)
        {
            for (var i = 0; i < instruction.N / 2; i += 2)
            {
                var (row, column) = WgmmaInstruction.ElementD(thread, i);
                var pair = matrix.Slice(row * instruction.N + column, 2);
                ref var first = ref d[(halves ? i / 2 : i) * WgmmaInstruction.Threads + thread];
                if (halves)
                {
                    if (write)
                    {
                        first = pair[1] << 16 | pair[0];
                    }
                    else
                    {
                        (pair[0], pair[1]) = (first & 0xFFFF, first >> 16);
                    }

                    continue;
                }

                ref var second = ref d[(i + 1) * WgmmaInstruction.Threads + thread];
                if (write)
                {
                    (first, second) = (pair[0], pair[1]);
                }
                else
                {
                    (pair[0], pair[1]) = (first, second);
                }
            }
        }
    }
}
