using System.Buffers;
using System.Runtime.InteropServices;
using PlamoNative.PtxEmulator.Memory;
using PlamoNative.PtxEmulator.Numerics;

namespace PlamoNative.PtxEmulator.Execution;

/// <summary>
/// <c>wgmma.mma_async</c>. Each of the four warps computes its own 16 of the 64 rows, which needs nothing of the others. The product is made when it
/// is waited for, as late as the hardware may: who reads accumulators or overwrites operands before the wait gets wrong numbers here as well.
/// </summary>
internal sealed unsafe class WarpgroupMultiply(
    WgmmaInstruction instruction, AccumulationModel model, int[] d, Source[]? registersA, Source descriptorA, Source descriptorB, Source scaleD, uint scaleFlip) : WholeWarpInstruction
{
    private const int Rows = 16;

    /// <summary>Offsets of the counts of products under way, for each register that the product uses.</summary>
    internal int[] Flights { get; set; } = [];

    internal override void Execute(Warp warp, uint mask)
    {
        if (warp.Block.Warps.Length < ((warp.Index / 4) + 1) * 4)
        {
            throw new PtxRuleException($"wgmma needs four whole warps from a multiple of four on; warp {warp.Index} of {warp.Block.Warps.Length} has none");
        }

        warp.Block.Counters.MatrixInstructions++;
        var frame = warp.Frame;
        var a = registersA is null ? descriptorA.Of<ulong>(warp)[0] : 0;
        var b = descriptorB.Of<ulong>(warp)[0];
        var scales = instruction with { ScaleD = ((*scaleD.Of<uint>(warp) ^ scaleFlip) & 1) != 0 };
        if (warp.Block.RaceCheck is { } races)
        {
            if (registersA is null)
            {
                Look(warp, races, MatrixDescriptor.Decode(a), instruction.TransposeA, Rows * (warp.Index % 4), Rows);
            }

            Look(warp, races, MatrixDescriptor.Decode(b), instruction.TransposeB, 0, instruction.N);
        }

        Count(frame, 1);
        warp.Products.Add(new(() => Run(warp, frame, scales, a, b)));
    }

    /// <summary>The product in the frame that issued it, which may not be the one that waits.</summary>
    private void Run(Warp warp, Frame frame, WgmmaInstruction scaled, ulong a, ulong b)
    {
        Count(frame, -1);
        var current = warp.Frame;
        warp.Frame = frame;
        warp.Registers = frame.Registers;
        try
        {
            Multiply(warp, scaled, a, b);
        }
        catch (PtxRuleException rule)
        {
            warp.Report(this, FindingKind.InvalidOperation, 1, () => rule.Message);
        }

        warp.Frame = current;
        warp.Registers = current.Registers;
    }

    private void Count(Frame frame, int change)
    {
        foreach (var offset in Flights)
        {
            *(int*)(frame.Registers + offset) += change;
        }
    }

    /// <summary>Every element that will be read: has a barrier and a proxy fence made it visible?</summary>
    private void Look(Warp warp, Checks.RaceCheck races, in MatrixDescriptor descriptor, bool isTransposed, int first, int rows)
    {
        // Pieces of 16 bytes stay together in every layout: along k, or along the rows where these are contiguous.
        var (bytes, per) = (instruction.ElementBytes, 16 / instruction.ElementBytes);
        for (var x = first; x < first + rows; x += isTransposed ? per : 1)
        {
            for (var k = 0; k < instruction.K; k += isTransposed ? 1 : per)
            {
                var address = descriptor.Address(isTransposed, x, k, bytes) & 0x3FFFF;
                if (!warp.Launch.Program.OwnsShared(address, 16, warp.Block.SharedBytes))
                {
                    throw new PtxRuleException($"wgmma reads element ({x}, {k}) at shared address 0x{address:x}: {warp.Launch.Program.DescribeShared(address, warp.Block.SharedBytes)}");
                }

                races.ReadByEngine(warp, this, 0, address, 16);
            }
        }
    }

    private void Multiply(Warp warp, in WgmmaInstruction scaled, ulong a, ulong b)
    {
        var (n, k) = (instruction.N, instruction.K);
        var buffer = ArrayPool<uint>.Shared.Rent((Rows * k) + (n * k) + (Rows * n));
        var codesA = buffer.AsSpan(0, Rows * k);
        var codesB = buffer.AsSpan(Rows * k, n * k);
        var accumulator = buffer.AsSpan((Rows + n) * k, Rows * n);
        var firstRow = Rows * (warp.Index % 4);
        if (registersA is null)
        {
            Gather(warp, MatrixDescriptor.Decode(a), instruction.TransposeA, firstRow, Rows, codesA, k, 1);
        }
        else
        {
            GatherRegisters(warp, registersA, firstRow, codesA);
        }

        Gather(warp, MatrixDescriptor.Decode(b), instruction.TransposeB, 0, n, codesB, 1, n);
        Negate(instruction.NegateA, codesA);
        Negate(instruction.NegateB, codesB);
        accumulator.Clear();
        if (scaled.ScaleD)
        {
            MoveAccumulator(warp, accumulator, firstRow, isWrite: false);
        }

        if (instruction.A.IsInteger())
        {
            IntegerProduct.Execute(instruction.A, instruction.B, Rows, n, k, codesA, codesB, accumulator, instruction.Saturate);
        }
        else
        {
            var plan = AccumulationPlan.For(model, TensorUnit.Wgmma, instruction.A);
            TensorProduct.Execute(plan, instruction.A, instruction.B, instruction.Accumulator, Rows, n, k, codesA, codesB, accumulator);
        }

        MoveAccumulator(warp, accumulator, firstRow, isWrite: true);
        ArrayPool<uint>.Shared.Return(buffer);
    }

    private void Gather(Warp warp, in MatrixDescriptor descriptor, bool isTransposed, int first, int rows, Span<uint> codes, int strideX, int strideK)
    {
        var bytes = instruction.ElementBytes;
        var shared = new ReadOnlySpan<byte>(warp.Block.Shared, warp.Block.SharedBytes);
        for (var x = 0; x < rows; x++)
        {
            for (var k = 0; k < instruction.K; k++)
            {
                // A start address has 18 bits: what the offsets push beyond them is cut.
                var address = descriptor.Address(isTransposed, first + x, k, bytes) & 0x3FFFF;
                if (address > shared.Length - bytes)
                {
                    throw new PtxRuleException($"wgmma reads element ({first + x}, {k}) at shared address 0x{address:x}, outside of {shared.Length - AddressMap.SharedBase} bytes");
                }

                var place = shared[(int)address..];
                codes[(x * strideX) + (k * strideK)] = bytes switch
                {
                    1 => place[0],
                    2 => MemoryMarshal.Read<ushort>(place),
                    _ => MemoryMarshal.Read<uint>(place),
                };
            }
        }
    }

    private void GatherRegisters(Warp warp, Source[] rows, int firstRow, Span<uint> codes)
    {
        var bits = instruction.A.Bits();
        var per = 32 / bits;
        for (var register = 0; register < rows.Length; register++)
        {
            var words = rows[register].Of<uint>(warp);
            for (var lane = 0; lane < Warp.Lanes; lane++)
            {
                var (row, column) = WgmmaInstruction.ElementA(ThreadOf(warp, lane), register * per, instruction.A);
                for (var i = 0; i < per; i++)
                {
                    codes[((row - firstRow) * instruction.K) + column + i] = (words[lane] >> (i * bits)) & (uint.MaxValue >> (32 - bits));
                }
            }
        }
    }

    private void Negate(bool negate, Span<uint> codes)
    {
        if (negate)
        {
            foreach (ref var code in codes)
            {
                code ^= 1u << (instruction.A.Bits() - 1);
            }
        }
    }

    private void MoveAccumulator(Warp warp, Span<uint> matrix, int firstRow, bool isWrite)
    {
        var isHalf = instruction.Accumulator == MatrixType.F16;
        for (var i = 0; i < instruction.N / 2; i += isHalf ? 2 : 1)
        {
            var words = (uint*)(warp.Registers + d[isHalf ? i / 2 : i]);
            for (var lane = 0; lane < Warp.Lanes; lane++)
            {
                var (row, column) = WgmmaInstruction.ElementD(ThreadOf(warp, lane), i);
                var place = matrix[(((row - firstRow) * instruction.N) + column)..];
                if (isHalf)
                {
                    if (isWrite)
                    {
                        words[lane] = (place[1] << 16) | place[0];
                    }
                    else
                    {
                        (place[0], place[1]) = (words[lane] & 0xFFFF, words[lane] >> 16);
                    }
                }
                else if (isWrite)
                {
                    words[lane] = place[0];
                }
                else
                {
                    place[0] = words[lane];
                }
            }
        }
    }

    private static int ThreadOf(Warp warp, int lane) => (warp.Index % 4 * Warp.Lanes) + lane;
}

/// <summary><c>wgmma.fence</c>, <c>commit_group</c> and <c>wait_group</c>.</summary>
internal sealed class WarpgroupGroup(char step, int newest) : WholeWarpInstruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        if (step == 'c')
        {
            warp.Products.Commit();
        }
        else if (step == 'w')
        {
            while (warp.Products.TryLand(newest, out var product))
            {
                product.Run();
            }
        }
    }
}
