using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>Logic and shifts.</summary>
internal static class LogicLowering
{
    internal static bool TryLower(FunctionBuilder b, InstructionSyntax s)
    {
        var t = s.Type();
        if (t == PtxType.Pred)
        {
            return Predicates(b, s);
        }

        switch (s.Opcode)
        {
            case "and":
                return t.Size() switch
                {
                    2 => b.Hot2<And<ushort>, ushort>(t),
                    4 => b.Hot2<And<uint>, uint>(t),
                    _ => b.Hot2<And<ulong>, ulong>(t),
                };
            case "or":
                return t.Size() switch
                {
                    2 => b.Hot2<Or<ushort>, ushort>(t),
                    4 => b.Hot2<Or<uint>, uint>(t),
                    _ => b.Hot2<Or<ulong>, ulong>(t),
                };
            case "xor":
                return t.Size() switch
                {
                    2 => b.Hot2<Xor<ushort>, ushort>(t),
                    4 => b.Hot2<Xor<uint>, uint>(t),
                    _ => b.Hot2<Xor<ulong>, ulong>(t),
                };
            case "not":
                return t.Size() switch
                {
                    2 => b.Unary<ushort, ushort>(a => (ushort)~a, t, t),
                    4 => b.Unary<uint, uint>(a => ~a, t, t),
                    _ => b.Unary<ulong, ulong>(a => ~a, t, t),
                };
            case "cnot":
                return t.Size() switch
                {
                    2 => b.Unary<ushort, ushort>(Integers.Cnot, t, t),
                    4 => b.Unary<uint, uint>(Integers.Cnot, t, t),
                    _ => b.Unary<ulong, ulong>(Integers.Cnot, t, t),
                };
            case "shl":
                return t.Size() switch
                {
                    2 => b.Binary<ushort, uint, ushort>(Integers.ShiftLeft, t, t, PtxType.U32),
                    4 => b.Hot2<ShiftLeft32, uint>(t),
                    _ => b.Binary<ulong, uint, ulong>(Integers.ShiftLeft, t, t, PtxType.U32),
                };
            case "shr":
                return t switch
                {
                    PtxType.S16 => b.Binary<short, uint, short>(Integers.ShiftRight, t, t, PtxType.U32),
                    PtxType.S32 => b.Binary<int, uint, int>(Integers.ShiftRight, t, t, PtxType.U32),
                    PtxType.S64 => b.Binary<long, uint, long>(Integers.ShiftRight, t, t, PtxType.U32),
                    _ => t.Size() switch
                    {
                        2 => b.Binary<ushort, uint, ushort>(Integers.ShiftRight, t, t, PtxType.U32),
                        4 => b.Hot2<ShiftRight32, uint>(t),
                        _ => b.Binary<ulong, uint, ulong>(Integers.ShiftRight, t, t, PtxType.U32),
                    },
                };
            default:
                return Lop3(b, s);
        }
    }

    private static bool Lop3(FunctionBuilder b, InstructionSyntax s)
    {
        if (b.Operand(4) is not ConstantOperand { Kind: TokenKind.Integer } table)
        {
            throw b.Error("expected a constant table as last operand");
        }

        var bits = (int)table.Bits;
        var (destination, predicate) = b.Operand(0) is PairOperand pair ? (pair.First, pair.Second) : (b.Operand(0), null);
        var (x, y, z) = (b.Source(1, PtxType.B32), b.Source(2, PtxType.B32), b.Source(3, PtxType.B32));
        uint Function(uint p, uint q, uint r)
        {
            var result = 0u;
            for (var i = 0; i < 8; i++)
            {
                if (((bits >> i) & 1) != 0)
                {
                    result |= ((i & 4) != 0 ? p : ~p) & ((i & 2) != 0 ? q : ~q) & ((i & 1) != 0 ? r : ~r);
                }
            }

            return result;
        }

        var d = b.Destination(destination, PtxType.B32);
        b.Add(new TernaryCall<uint, uint, uint, uint>(Function, d, x, y, z));
        if (predicate is not null)
        {
            // lop3.BoolOp d|p, a, b, c, table, q: p = (d != 0) BoolOp q.
            var (q, flip) = b.Predicate(b.Operand(5));
            var combination = s.Has("and") ? Combination.And : Combination.Or;
            b.Add(new SetPredicate<NotEqual<uint>, uint>(b.Destination(predicate, PtxType.Pred), -1, Source.Register(d), b.Program.Constants.Row(0, 4), combination, q, flip) { IsCounted = false });
        }

        return true;
    }

    private static bool Predicates(FunctionBuilder b, InstructionSyntax s)
    {
        var (x, flipX) = b.Predicate(b.Operand(1));
        var (y, flipY) = s.Opcode is "not" ? (x, 0u) : b.Predicate(b.Operand(2));
        var operation = s.Opcode switch
        {
            "and" => '&',
            "or" => '|',
            "xor" => '^',
            "not" => '~',
            _ => throw b.Error("expected and, or, xor or not of predicates"),
        };
        b.Add(new PredicateLogic(operation, b.Destination(0, PtxType.Pred), x, operation == '~' ? ~flipX : flipX, y, flipY));
        return true;
    }
}
