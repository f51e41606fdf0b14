using System.Numerics;
using PlamoNative.PtxEmulator.Numerics;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Execution;

internal enum BarrierObjectStep
{
    Initialize,
    Invalidate,
    Arrive,
    ArriveExpect,
    ArriveDrop,
    ArriveDropExpect,
    Expect,
    Complete,

    /// <summary>cp.async.mbarrier.arrive.</summary>
    ArriveCopies,

    /// <summary>The same with .noinc.</summary>
    ArriveCopiesNoIncrement,
}

/// <summary>mbarrier objects: 64 bits in shared memory. Clusters run on one thread, so that each step is one.</summary>
internal static unsafe class BarrierObjects
{
    /// <summary>Does a step on the barrier at a pointer of a lane; what warps know goes with it.</summary>
    internal static ulong Do(Warp warp, Instruction at, int lane, BarrierObjectStep step, ulong* place, ulong address, int operand, int bytes)
    {
        var races = warp.SharedOwner(address, out var offset) is { } owner && owner == warp.Block ? owner.RaceCheck : null;
        try
        {
            ref var state = ref *place;
            switch (step)
            {
                case BarrierObjectStep.Initialize:
                    state = MBarrier.Initialize((uint)operand);
                    races?.Landed(warp, lane, offset, 8);
                    return 0;
                case BarrierObjectStep.Invalidate:
                    state = 0;
                    return 0;
            }

            if (state == 0)
            {
                throw new PtxRuleException("the mbarrier was not initialized");
            }

            if (step is not BarrierObjectStep.Expect and not BarrierObjectStep.Complete)
            {
                races?.Release(warp, offset);
            }

            switch (step)
            {
                case BarrierObjectStep.Arrive:
                    return MBarrier.Arrive(ref state, operand);
                case BarrierObjectStep.ArriveExpect:
                    return MBarrier.ArriveExpect(ref state, bytes, operand);
                case BarrierObjectStep.ArriveDrop:
                    return MBarrier.ArriveDrop(ref state, operand);
                case BarrierObjectStep.ArriveDropExpect:
                    MBarrier.ExpectTransaction(ref state, bytes);
                    return MBarrier.ArriveDrop(ref state, operand);
                case BarrierObjectStep.Expect:
                    MBarrier.ExpectTransaction(ref state, bytes);
                    return 0;
                case BarrierObjectStep.Complete:
                    MBarrier.CompleteTransaction(ref state, bytes);
                    return 0;
                case BarrierObjectStep.ArriveCopies:
                    MBarrier.AddPending(ref state);
                    return MBarrier.Arrive(ref state);
                default:
                    return MBarrier.Arrive(ref state);
            }
        }
        catch (PtxRuleException rule)
        {
            warp.Report(at, FindingKind.InvalidOperation, 1u << lane, () => $"mbarrier at 0x{address:x}: {rule.Message}");
            return 0;
        }
    }

    /// <summary>Bytes of a copy have landed at a barrier of a block.</summary>
    internal static void Complete(Warp warp, Instruction at, int lane, Block block, uint offset, int bytes)
    {
        if (offset % 8 != 0 || !warp.Launch.Program.OwnsShared(offset, 8, block.SharedBytes))
        {
            warp.Report(at, FindingKind.OutOfBounds, 1u << lane, () => $"expected an mbarrier in shared memory, found address 0x{offset:x}");
            return;
        }

        try
        {
            MBarrier.CompleteTransaction(ref *(ulong*)(block.Shared + offset), bytes);
        }
        catch (PtxRuleException rule)
        {
            warp.Report(at, FindingKind.InvalidOperation, 1u << lane, () => $"mbarrier at 0x{offset:x}: {rule.Message}");
        }
    }
}

/// <summary><c>mbarrier.init, inval, arrive, arrive_drop, expect_tx, complete_tx</c> and <c>cp.async.mbarrier.arrive</c>.</summary>
internal sealed unsafe class BarrierObjectInstruction(BarrierObjectStep step, AddressSource address, StateSpace space, int token, Source count, Source? bytes) : Instruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        var addresses = address.Evaluate(warp);
        var good = warp.Resolve(this, space, mask, 8, AccessKind.Object);
        for (; good != 0; good &= good - 1)
        {
            var lane = BitOperations.TrailingZeroCount(good);
            if (step >= BarrierObjectStep.ArriveCopies)
            {
                warp.LandCopies(lane, -1);
            }

            var place = (ulong*)warp.Pointers[lane];
            var owner = PlaceOf(warp, place, addresses[lane]);
            var result = BarrierObjects.Do(warp, this, lane, step, place, owner, (int)count.Of<uint>(warp)[lane], bytes is { } tx ? (int)tx.Of<uint>(warp)[lane] : 0);
            if (token >= 0)
            {
                ((ulong*)(warp.Registers + token))[lane] = result;
            }
        }
    }

    /// <summary>Resolving strips the rank from an address: a barrier of another block is told by its pointer.</summary>
    private static ulong PlaceOf(Warp warp, ulong* place, ulong address)
    {
        var shared = warp.Block.Shared;
        return (byte*)place >= shared && (byte*)place < shared + warp.Block.SharedBytes ? address : ulong.MaxValue;
    }
}

/// <summary><c>mbarrier.test_wait</c> and <c>try_wait</c>, by token or parity.</summary>
internal sealed unsafe class BarrierObjectTest(AddressSource address, StateSpace space, int destination, Source phase, bool isParity) : Instruction
{
    internal override void Execute(Warp warp, uint mask)
    {
        var addresses = address.Evaluate(warp);
        var good = warp.Resolve(this, space, mask, 8, AccessKind.Object);
        var passed = mask & ~good;
        for (var m = good; m != 0; m &= m - 1)
        {
            var lane = BitOperations.TrailingZeroCount(m);
            var state = *(ulong*)warp.Pointers[lane];
            if (state == 0)
            {
                warp.Report(this, FindingKind.InvalidOperation, 1u << lane, () => $"the mbarrier at 0x{addresses[lane]:x} was not initialized");
            }

            var isOver = isParity ? MBarrier.IsParityOver(state, (int)phase.Of<uint>(warp)[lane]) : MBarrier.IsTokenOver(state, phase.Of<ulong>(warp)[lane]);
            if (isOver)
            {
                passed |= 1u << lane;
                warp.Block.RaceCheck?.Acquire(warp, addresses[lane]);
            }
        }

        warp.Block.HasPolled |= passed != mask;
        var d = (uint*)(warp.Registers + destination);
        *d = (*d & ~mask) | passed;
    }
}
