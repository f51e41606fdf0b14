using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Numerics;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>Instructions that several lanes execute together, and barriers.</summary>
internal static class WarpLowering
{
    private const PtxType U = PtxType.U32;

    internal static bool TryLower(FunctionBuilder b, InstructionSyntax s)
    {
        switch (s.Opcode)
        {
            case "shfl":
                return Shuffle(b, s);
            case "vote":
                return Vote(b, s);
            case "match":
                return Match(b, s);
            case "redux":
                return Redux(b, s);
            case "activemask":
                b.Add(new ActiveMask(b.Destination(0, U)));
                return true;
            case "elect":
                var pair = b.Operand(0) as PairOperand ?? throw b.Error("expected two destinations");
                b.Add(new Elect(b.Source(1, U), b.Destination(pair.First, U), b.Destination(pair.Second, PtxType.Pred)));
                return true;
            default:
                return Barrier(b, s);
        }
    }

    private static (OperandSyntax First, OperandSyntax? Second) Destinations(FunctionBuilder b) =>
        b.Operand(0) is PairOperand pair ? (pair.First, pair.Second) : (b.Operand(0), null);

    private static bool Shuffle(FunctionBuilder b, InstructionSyntax s)
    {
        var mode = s.Has("up") ? ShuffleMode.Up : s.Has("down") ? ShuffleMode.Down : s.Has("bfly") ? ShuffleMode.Butterfly : ShuffleMode.Index;
        var (first, second) = Destinations(b);
        var (x, y, z) = (b.Source(1, U), b.Source(2, U), b.Source(3, U));
        var members = s.Has("sync") ? b.Source(4, U) : b.Program.Constants.Row(uint.MaxValue, 4);
        b.Add(new ShuffleInstruction(mode, members, b.Destination(first, PtxType.B32), second is null ? -1 : b.Destination(second, PtxType.Pred), x, y, z));
        return true;
    }

    private static bool Vote(FunctionBuilder b, InstructionSyntax s)
    {
        var (predicate, flip) = b.Predicate(b.Operand(1));
        var members = s.Has("sync") ? b.Source(2, U) : b.Program.Constants.Row(uint.MaxValue, 4);
        var isBallot = s.Has("ballot");
        b.Add(new VoteInstruction(s.Modifiers.Find(modifier => modifier is "all" or "any" or "uni" or "ballot")!, members, b.Destination(0, isBallot ? U : PtxType.Pred), predicate, flip));
        return true;
    }

    private static bool Match(FunctionBuilder b, InstructionSyntax s)
    {
        var type = s.Type();
        b.Demand(type, 4, 8);
        var (first, second) = Destinations(b);
        var x = b.Source(1, type);
        var members = b.Source(2, U);
        b.Add(new MatchInstruction(s.Has("all"), type.Size(), members, b.Destination(first, U), second is null ? -1 : b.Destination(second, PtxType.Pred), x));
        return true;
    }

    private static bool Redux(FunctionBuilder b, InstructionSyntax s)
    {
        var isSigned = s.Type() == PtxType.S32;
        var operation = s.Modifiers.Find(modifier => modifier is "add" or "min" or "max" or "and" or "or" or "xor") switch
        {
            "add" => ReduxOperation.Add,
            "min" => isSigned ? ReduxOperation.MinS32 : ReduxOperation.MinU32,
            "max" => isSigned ? ReduxOperation.MaxS32 : ReduxOperation.MaxU32,
            "and" => ReduxOperation.And,
            "or" => ReduxOperation.Or,
            _ => ReduxOperation.Xor,
        };
        b.Add(new ReduxInstruction(operation, b.Source(2, U), b.Destination(0, U), b.Source(1, U)));
        return true;
    }

    private static bool Barrier(FunctionBuilder b, InstructionSyntax s)
    {
        if (s.Has("warp"))
        {
            b.Add(new WarpBarrier(b.Source(0, U)));
            return true;
        }

        if (s.Has("cluster"))
        {
            b.Add(new ClusterBarrierInstruction(s.Has("wait")));
            return true;
        }

        var isAligned = s.Opcode == "bar" || s.Has("aligned");
        if (s.Has("red"))
        {
            var mode = s.Has("popc") ? BarrierMode.Popc : s.Has("and") ? BarrierMode.And : BarrierMode.Or;
            var last = s.Operands.Count - 1;
            var (predicate, flip) = b.Predicate(b.Operand(last));
            var threads = last > 2 ? b.Source(2, U) : (Source?)null;
            var id = b.Source(1, U);
            b.Add(new BarrierInstruction(mode, id, threads, predicate, flip != 0, b.Destination(0, mode == BarrierMode.Popc ? U : PtxType.Pred), isAligned));
            return true;
        }

        var count = s.Operands.Count > 1 ? b.Source(1, U) : (Source?)null;
        var barrier = s.Operands.Count > 0 ? b.Source(0, U) : b.Program.Constants.Row(0, 4);
        b.Add(new BarrierInstruction(s.Has("arrive") ? BarrierMode.Arrive : BarrierMode.Sync, barrier, count, null, false, -1, isAligned));
        return true;
    }
}
