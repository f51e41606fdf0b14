using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Numerics;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>cp.async, mbarrier, bulk and tensor copies.</summary>
internal static class AsyncLowering
{
    private const PtxType U = PtxType.U32;

    internal static bool TryLower(FunctionBuilder b, InstructionSyntax s) => s.Opcode switch
    {
        "mbarrier" => BarrierObject(b, s),
        "cp" when s.Has("reduce") => Bulk(b, s),
        "cp" when s.Has("bulk") => BulkFamily(b, s),
        "cp" when s.Has("async") => Copy(b, s),
        _ => false,
    };

    private static bool Copy(FunctionBuilder b, InstructionSyntax s)
    {
        if (s.Has("commit_group"))
        {
            b.Add(new CommitCopies(false));
            return true;
        }

        if (s.Has("wait_group") || s.Has("wait_all"))
        {
            b.Add(new WaitCopies(false, s.Has("wait_all"), s.Has("wait_all") ? 0 : b.Constant(0)));
            return true;
        }

        if (s.Modifiers.Exists(modifier => modifier.StartsWith("mbarrier", StringComparison.Ordinal)))
        {
            var step = s.Has("noinc") ? BarrierObjectStep.ArriveCopiesNoIncrement : BarrierObjectStep.ArriveCopies;
            b.Add(new BarrierObjectInstruction(step, b.Address(b.Operand(0), MemoryLowering.Space(s)), MemoryLowering.Space(s), -1, b.Program.Constants.Row(1, 4), null));
            return true;
        }

        // cp.async dst, src, size {, src-size | ignore-predicate} {, cache policy}.
        var target = b.Address(b.Operand(0), StateSpace.Shared);
        var origin = b.Address(b.Operand(1), StateSpace.Global);
        var size = b.Constant(2);
        if (size is not (4 or 8 or 16) || (s.Has("cg") && size != 16))
        {
            throw b.Error($"expected a size of {(s.Has("cg") ? "16" : "4, 8 or 16")}, found {size}");
        }

        var hasPolicy = s.Has("L2::cache_hint");
        var extra = s.Operands.Count - 3 - (hasPolicy ? 1 : 0);
        Source? sourceSize = null, ignores = null;
        var flip = 0u;
        if (extra > 0)
        {
            if (b.IsPredicate(b.Operand(3)))
            {
                var (source, f) = b.Predicate(b.Operand(3));
                (ignores, flip) = (source, f);
            }
            else
            {
                sourceSize = b.Source(3, U);
            }
        }

        b.SharedAccess(StateSpace.Shared, size);
        b.Add(new AsyncCopyInstruction(target, origin, StateSpace.Global, StateSpace.Shared, size, sourceSize, ignores, flip));
        return true;
    }

    private static bool BarrierObject(FunctionBuilder b, InstructionSyntax s)
    {
        var space = MemoryLowering.Space(s);
        var one = b.Program.Constants.Row(1, 4);
        b.SharedAccess(StateSpace.Shared, 8);
        switch (s.First())
        {
            case "init":
                b.Add(new BarrierObjectInstruction(BarrierObjectStep.Initialize, b.Address(b.Operand(0), space), space, -1, b.Source(1, U), null));
                return true;
            case "inval":
                b.Add(new BarrierObjectInstruction(BarrierObjectStep.Invalidate, b.Address(b.Operand(0), space), space, -1, one, null));
                return true;
            case "expect_tx":
                b.Add(new BarrierObjectInstruction(BarrierObjectStep.Expect, b.Address(b.Operand(0), space), space, -1, one, b.Source(1, U)));
                return true;
            case "complete_tx":
                b.Add(new BarrierObjectInstruction(BarrierObjectStep.Complete, b.Address(b.Operand(0), space), space, -1, one, b.Source(1, U)));
                return true;
            case "arrive" or "arrive_drop":
                return Arrive(b, s, space, one);
            case "test_wait" or "try_wait":
                var isParity = s.Has("parity");
                var address = b.Address(b.Operand(1), space);
                b.Add(new BarrierObjectTest(address, space, b.Destination(0, PtxType.Pred), b.Source(2, isParity ? U : PtxType.B64), isParity));
                return true;
            case "pending_count":
                return b.Unary<ulong, uint>(token => (uint)MBarrier.Pending(token), U, PtxType.B64);
            default:
                return false;
        }
    }

    private static bool Arrive(FunctionBuilder b, InstructionSyntax s, StateSpace space, Source one)
    {
        var first = b.Operand(0) is AddressOperand ? 0 : 1;
        var address = b.Address(b.Operand(first), space);
        var expects = s.Has("expect_tx");
        var isDrop = s.First() == "arrive_drop";
        var step = (isDrop, expects) switch
        {
            (false, false) => BarrierObjectStep.Arrive,
            (false, true) => BarrierObjectStep.ArriveExpect,
            (true, false) => BarrierObjectStep.ArriveDrop,
            _ => BarrierObjectStep.ArriveDropExpect,
        };
        var token = first == 1 && b.Operand(0) is NameOperand { Name: not "_" } ? b.Destination(0, PtxType.B64) : -1;
        var operand = s.Operands.Count > first + 1 ? b.Source(first + 1, U) : one;
        b.Add(new BarrierObjectInstruction(step, address, space, token, expects ? one : operand, expects ? operand : null));
        return true;
    }

    /// <summary>st.async and red.async: a store or sum in another block of the cluster that is announced at an mbarrier there.</summary>
    internal static bool Remote(FunctionBuilder b, InstructionSyntax s)
    {
        var type = s.Type();
        var address = b.Address(b.Operand(0), StateSpace.SharedCluster);
        var values = FunctionBuilder.Elements(b.Operand(1)).Select(element => b.Source(element, type)).ToArray();
        var mbarrier = b.Address(b.Operand(2), StateSpace.SharedCluster);
        var operation = s.Modifiers.Find(modifier => modifier is "add" or "and" or "or" or "xor" or "min" or "max" or "inc" or "dec") ?? "exch";
        b.SharedAccess(StateSpace.SharedCluster, type.Size());
        b.Add((type.Size(), type.IsSigned()) switch
        {
            (4, true) => new RemoteStore<int>(address, values, mbarrier, AtomicLowering.Integer<int>(b, operation)),
            (4, false) => new RemoteStore<uint>(address, values, mbarrier, AtomicLowering.Integer<uint>(b, operation)),
            (8, _) => new RemoteStore<ulong>(address, values, mbarrier, AtomicLowering.Integer<ulong>(b, operation)),
            _ => throw b.Error("expected a type of 32 or 64 bits"),
        });
        return true;
    }

    private static bool BulkFamily(FunctionBuilder b, InstructionSyntax s)
    {
        if (s.Has("commit_group"))
        {
            b.Add(new CommitCopies(true));
            return true;
        }

        if (s.Has("wait_group"))
        {
            b.Add(new WaitCopies(true, false, b.Constant(0)));
            return true;
        }

        if (s.Has("prefetch"))
        {
            b.Add(new Hint());
            return true;
        }

        return Bulk(b, s);
    }

    private static bool Bulk(FunctionBuilder b, InstructionSyntax s)
    {
        var spaces = s.Modifiers.Where(modifier => modifier is "global" or "shared::cta" or "shared::cluster").ToList();
        if (spaces.Count != 2 || s.Modifiers.Exists(modifier => modifier.StartsWith("im2col", StringComparison.Ordinal) || modifier is "tile::gather4" or "tile::scatter4"))
        {
            return false;
        }

        var direction = spaces[0] == "global" ? BulkDirection.SharedToGlobal : spaces[1] == "global" ? BulkDirection.GlobalToShared : BulkDirection.SharedToShared;
        var isTensor = s.Has("tensor");
        var sharedOperand = b.Operand(direction == BulkDirection.SharedToGlobal ? 1 : 0);
        var otherOperand = b.Operand(direction == BulkDirection.SharedToGlobal ? 0 : 1);
        var shared = b.Address(sharedOperand, StateSpace.SharedCluster);
        var other = b.Address(otherOperand, direction == BulkDirection.SharedToShared ? StateSpace.SharedCluster : isTensor ? StateSpace.Generic : StateSpace.Global);
        Source[] coordinates = [];
        if (isTensor)
        {
            if (otherOperand is not AddressOperand { Coordinates: { } vector })
            {
                throw b.Error("expected [map, {coordinates}]");
            }

            coordinates = [.. vector.Elements.Select(element => b.Source(element, PtxType.S32))];
        }

        // Behind the two places: a size (plain copies), an mbarrier (loads), a mask of blocks (multicast), a cache policy.
        var next = 2;
        Source? size = isTensor ? null : b.Source(next++, U);
        AddressSource? mbarrier = direction != BulkDirection.SharedToGlobal ? b.Address(b.Operand(next++), StateSpace.SharedCluster) : null;
        Source? multicast = s.Has("multicast::cluster") ? b.Source(next, PtxType.U16) : null;
        BulkReduction? reduction = s.Has("reduce") ? ReductionOf(b, s) : null;
        b.SharedAccess(StateSpace.Shared, 16);
        b.Add(new BulkCopy(direction, shared, other, coordinates, size, mbarrier, multicast, reduction, reduction is null || isTensor ? TensorMapType.U8 : ElementOf(b, s)));
        return true;
    }

    private static BulkReduction ReductionOf(FunctionBuilder b, InstructionSyntax s) => s.Modifiers.Find(modifier => modifier is "add" or "min" or "max" or "inc" or "dec" or "and" or "or" or "xor") switch
    {
        "add" => BulkReduction.Add,
        "min" => BulkReduction.Min,
        "max" => BulkReduction.Max,
        "inc" => BulkReduction.Inc,
        "dec" => BulkReduction.Dec,
        "and" => BulkReduction.And,
        "or" => BulkReduction.Or,
        "xor" => BulkReduction.Xor,
        _ => throw b.Error("expected an operation of a reduction"),
    };

    private static TensorMapType ElementOf(FunctionBuilder b, InstructionSyntax s) => s.Type() switch
    {
        PtxType.U32 or PtxType.B32 => TensorMapType.U32,
        PtxType.S32 => TensorMapType.S32,
        PtxType.U64 or PtxType.B64 => TensorMapType.U64,
        PtxType.S64 => TensorMapType.S64,
        PtxType.F16 => TensorMapType.F16,
        PtxType.BF16 => TensorMapType.BF16,
        PtxType.F32 => TensorMapType.F32,
        PtxType.F64 => TensorMapType.F64,
        _ => throw b.Error("expected a type of 16, 32 or 64 bits"),
    };
}
