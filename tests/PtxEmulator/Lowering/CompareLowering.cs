using System.Numerics;
using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Numerics;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>setp, set, selp, slct, testp.</summary>
internal static class CompareLowering
{
    private delegate Instruction Maker(int destination, int complement, Source a, Source b, Combination combination, Source? third, uint flip);

    internal static bool TryLower(FunctionBuilder b, InstructionSyntax s) => s.Opcode switch
    {
        "setp" => SetP(b, s),
        "set" => Set(b, s),
        "selp" => Select(b, s),
        "slct" => SelectBySign(b, s),
        _ => Test(b, s),
    };

    private static bool SetP(FunctionBuilder b, InstructionSyntax s)
    {
        var type = s.Type();
        var maker = MakerOf(b, s, type);
        if (type is PtxType.F16X2 or PtxType.BF16X2)
        {
            return PairSetP(b, s, type);
        }

        var (x, y) = (b.Source(1, type), b.Source(2, type));
        var combination = s.Has("and") ? Combination.And : s.Has("or") ? Combination.Or : s.Has("xor") ? Combination.Xor : Combination.None;
        Source? third = null;
        var flip = 0u;
        if (combination != Combination.None && s.Operands.Count > 3)
        {
            (third, flip) = b.Predicate(b.Operand(3)) is var (source, f) ? (source, f) : default;
        }

        var (first, second) = b.Operand(0) is PairOperand pair ? (pair.First, pair.Second) : (b.Operand(0), null);
        var destination = b.Destination(first, PtxType.Pred);
        var complement = second is null ? -1 : b.Destination(second, PtxType.Pred);
        b.Add(maker(destination, complement, x, y, combination, third, flip));
        return true;
    }

    /// <summary>Pairs: p is the lower half's comparison, q the upper half's.</summary>
    private static bool PairSetP(FunctionBuilder b, InstructionSyntax s, PtxType type)
    {
        var single = type == PtxType.F16X2 ? PtxType.F16 : PtxType.BF16;
        var maker = MakerOf(b, s, single);
        var (x, y) = (b.Source(1, PtxType.B32), b.Source(2, PtxType.B32));
        if (b.Operand(0) is not PairOperand pair)
        {
            throw b.Error("expected two predicates as destination");
        }

        for (var half = 0; half < 2; half++)
        {
            var shift = 16 * half;
            var (rowX, rowY) = (b.NewRegister(PtxType.B16, "half"), b.NewRegister(PtxType.B16, "half"));
            b.AddHelper(new UnaryCall<uint, ushort>(v => (ushort)(v >> shift), rowX.Offset, x));
            b.AddHelper(new UnaryCall<uint, ushort>(v => (ushort)(v >> shift), rowY.Offset, y));
            var d = b.Destination(half == 0 ? pair.First : pair.Second, PtxType.Pred);
            b.Add(maker(d, -1, Source.Register(rowX.Offset), Source.Register(rowY.Offset), Combination.None, null, 0));
        }

        return true;
    }

    private static bool Set(FunctionBuilder b, InstructionSyntax s)
    {
        var types = s.Types(1);
        var (result, type) = (types[0], types[^1]);
        if (type is PtxType.F16X2 or PtxType.BF16X2)
        {
            return PairSet(b, s, result, type);
        }

        var maker = MakerOf(b, s, type);
        var (x, y) = (b.Source(1, type), b.Source(2, type));
        var combination = s.Has("and") ? Combination.And : s.Has("or") ? Combination.Or : s.Has("xor") ? Combination.Xor : Combination.None;
        Source? third = null;
        var flip = 0u;
        if (combination != Combination.None && s.Operands.Count > 3)
        {
            var (source, f) = b.Predicate(b.Operand(3));
            (third, flip) = (source, f);
        }

        var holds = b.NewRegister(PtxType.Pred, "set");
        b.AddHelper(maker(holds.Offset, -1, x, y, combination, third, flip));
        var one = result switch
        {
            PtxType.F32 => 0x3F800000UL,
            PtxType.F16 => 0x3C00UL,
            PtxType.BF16 => 0x3F80UL,
            _ => ulong.MaxValue,
        };
        AddSelect(b, result.Size(), b.Destination(0, result), b.Program.Constants.Row(one, result.Size()), b.Program.Constants.Row(0, result.Size()), Source.Register(holds.Offset), 0);
        return true;
    }

    private static bool PairSet(FunctionBuilder b, InstructionSyntax s, PtxType result, PtxType type)
    {
        var isHalf = type == PtxType.F16X2;
        var compare = Function(s.First()) ?? throw b.Error("expected a comparison");
        var one = result == PtxType.F16X2 ? (ushort)0x3C00 : result == PtxType.BF16X2 ? (ushort)0x3F80 : ushort.MaxValue;
        float Value(ushort x) => isHalf ? F16.ToSingle(x) : BF16.ToSingle(x);
        return b.Binary<uint, uint, uint>((x, y) => Packed16.Map(x, y, (p, q) => compare(Value(p), Value(q)) ? one : (ushort)0), PtxType.B32, PtxType.B32, PtxType.B32);
    }

    private static bool Select(FunctionBuilder b, InstructionSyntax s)
    {
        var type = s.Type();
        var (x, y) = (b.Source(1, type), b.Source(2, type));
        var (predicate, flip) = b.Predicate(b.Operand(3));
        AddSelect(b, type.Size(), b.Destination(0, type), x, y, predicate, flip);
        return true;
    }

    private static void AddSelect(FunctionBuilder b, int size, int destination, Source x, Source y, Source predicate, uint flip) => b.Add(size switch
    {
        2 => new Select<ushort>(destination, x, y, predicate, flip),
        4 => new Select<uint>(destination, x, y, predicate, flip),
        8 => new Select<ulong>(destination, x, y, predicate, flip),
        _ => throw b.Error("expected a type of 16, 32 or 64 bits"),
    });

    /// <summary>slct: a where c is not negative, else b.</summary>
    private static bool SelectBySign(FunctionBuilder b, InstructionSyntax s)
    {
        var types = s.Types(1);
        var (type, by) = (types[0], types[^1]);
        b.Demand(by, 4);
        var (x, y, c) = (b.Source(1, type), b.Source(2, type), b.Source(3, by));
        var holds = b.NewRegister(PtxType.Pred, "slct");
        var zero = b.Program.Constants.Row(0, 4);
        b.AddHelper(by == PtxType.F32
            ? s.Has("ftz")
                ? new SetPredicate<Flushed<GreaterOrEqual<float>>, float>(holds.Offset, -1, c, zero, Combination.None, null, 0)
                : new SetPredicate<GreaterOrEqual<float>, float>(holds.Offset, -1, c, zero, Combination.None, null, 0)
            : new SetPredicate<GreaterOrEqual<int>, int>(holds.Offset, -1, c, zero, Combination.None, null, 0));
        AddSelect(b, type.Size(), b.Destination(0, type), x, y, Source.Register(holds.Offset), 0);
        return true;
    }

    private static bool Test(FunctionBuilder b, InstructionSyntax s)
    {
        var type = s.Type();
        b.Demand(type, 4, 8);
        var test = s.First();
        var d = b.Destination(0, PtxType.Pred);
        var x = b.Source(1, type);
        b.Add(type == PtxType.F64 ? new TestProperty<double>(test, d, x) : new TestProperty<float>(test, d, x));
        return true;
    }

    private static Maker MakerOf(FunctionBuilder b, InstructionSyntax s, PtxType type)
    {
        var name = s.Modifiers.Find(modifier => Function(modifier) is not null) ?? throw b.Error("expected a comparison");
        return type switch
        {
            PtxType.F32 => s.Has("ftz") ? FlushedMaker(name) : FloatMaker<float>(name),
            PtxType.F64 => FloatMaker<double>(name),
            PtxType.F16 => FloatMaker<Half>(name),
            PtxType.BF16 => BrainMaker(name),
            PtxType.S16 => IntegerMaker<short>(name),
            PtxType.S32 => IntegerMaker<int>(name),
            PtxType.S64 => IntegerMaker<long>(name),
            PtxType.U16 or PtxType.B16 => IntegerMaker<ushort>(name),
            PtxType.U32 or PtxType.B32 => IntegerMaker<uint>(name),
            PtxType.U64 or PtxType.B64 => IntegerMaker<ulong>(name),
            PtxType.F16X2 or PtxType.BF16X2 => FloatMaker<Half>(name),
            _ => throw b.Error("expected a type that can be compared"),
        };
    }

    private static Func<double, double, bool>? Function(string name) => name switch
    {
        "eq" => (x, y) => x == y,
        "ne" => (x, y) => x != y && !double.IsNaN(x) && !double.IsNaN(y),
        "lt" or "lo" => (x, y) => x < y,
        "le" or "ls" => (x, y) => x <= y,
        "gt" or "hi" => (x, y) => x > y,
        "ge" or "hs" => (x, y) => x >= y,
        "equ" => (x, y) => !(x < y || x > y),
        "neu" => (x, y) => x != y,
        "ltu" => (x, y) => !(x >= y),
        "leu" => (x, y) => !(x > y),
        "gtu" => (x, y) => !(x <= y),
        "geu" => (x, y) => !(x < y),
        "num" => (x, y) => !double.IsNaN(x) && !double.IsNaN(y),
        "nan" => (x, y) => double.IsNaN(x) || double.IsNaN(y),
        _ => null,
    };

    private static Maker IntegerMaker<T>(string name)
        where T : unmanaged, IComparisonOperators<T, T, bool> => name switch
        {
            "eq" => Make<Equal<T>, T>(),
            "ne" => Make<NotEqual<T>, T>(),
            "lt" or "lo" => Make<Less<T>, T>(),
            "le" or "ls" => Make<LessOrEqual<T>, T>(),
            "gt" or "hi" => Make<Greater<T>, T>(),
            _ => Make<GreaterOrEqual<T>, T>(),
        };

    private static Maker FloatMaker<T>(string name)
        where T : unmanaged, IFloatingPointIeee754<T> => name switch
        {
            "eq" => Make<Equal<T>, T>(),
            "ne" => Make<OrderedNotEqual<T>, T>(),
            "lt" => Make<Less<T>, T>(),
            "le" => Make<LessOrEqual<T>, T>(),
            "gt" => Make<Greater<T>, T>(),
            "ge" => Make<GreaterOrEqual<T>, T>(),
            "equ" => Make<OrUnordered<Equal<T>, T>, T>(),
            "neu" => Make<NotEqual<T>, T>(),
            "ltu" => Make<OrUnordered<Less<T>, T>, T>(),
            "leu" => Make<OrUnordered<LessOrEqual<T>, T>, T>(),
            "gtu" => Make<OrUnordered<Greater<T>, T>, T>(),
            "geu" => Make<OrUnordered<GreaterOrEqual<T>, T>, T>(),
            "num" => Make<BothNumbers<T>, T>(),
            _ => Make<AnyNaN<T>, T>(),
        };

    private static Maker FlushedMaker(string name) => name switch
    {
        "eq" => Make<Flushed<Equal<float>>, float>(),
        "ne" => Make<Flushed<OrderedNotEqual<float>>, float>(),
        "lt" => Make<Flushed<Less<float>>, float>(),
        "le" => Make<Flushed<LessOrEqual<float>>, float>(),
        "gt" => Make<Flushed<Greater<float>>, float>(),
        "ge" => Make<Flushed<GreaterOrEqual<float>>, float>(),
        "equ" => Make<Flushed<OrUnordered<Equal<float>, float>>, float>(),
        "neu" => Make<Flushed<NotEqual<float>>, float>(),
        "ltu" => Make<Flushed<OrUnordered<Less<float>, float>>, float>(),
        "leu" => Make<Flushed<OrUnordered<LessOrEqual<float>, float>>, float>(),
        "gtu" => Make<Flushed<OrUnordered<Greater<float>, float>>, float>(),
        "geu" => Make<Flushed<OrUnordered<GreaterOrEqual<float>, float>>, float>(),
        "num" => Make<BothNumbers<float>, float>(),
        _ => Make<AnyNaN<float>, float>(),
    };

    private static Maker BrainMaker(string name)
    {
        var function = Function(name)!;
        return (d, q, x, y, combination, third, flip) => new SetBrainPredicate(function, d, q, x, y, combination, third, flip);
    }

    private static Maker Make<TComparison, T>()
        where TComparison : struct, IComparison<T>
        where T : unmanaged => (d, q, x, y, combination, third, flip) => new SetPredicate<TComparison, T>(d, q, x, y, combination, third, flip);
}
