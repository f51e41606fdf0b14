using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>Branches, calls, ends, and hints without effect.</summary>
internal static class ControlLowering
{
    internal static bool TryLower(FunctionBuilder b, InstructionSyntax s)
    {
        switch (s.Opcode)
        {
            case "bra":
                var branch = new Branch();
                b.WhenPlaced([b.Label(Name(b, 0))], targets => branch.Target = targets[0]);
                b.Add(branch);
                if (s.Guard is not null)
                {
                    // The way out of a loop has no label, and is where its lanes meet.
                    b.AddJoin();
                }

                return true;
            case "brx":
                return Indexed(b);
            case "call":
                return Call(b);
            case "ret" when b.Function.IsEntry:
            case "exit":
                b.Add(new Exit());
                return true;
            case "ret":
                var back = new Branch();
                b.Add(back);
                b.WhenReturnPlaced(pc => back.Target = pc);
                return true;
            case "trap":
                b.Add(new Trap());
                return true;
            case "alloca":
                b.Demand(s.Type(), 4, 8);
                var size = b.Source(1, s.Type());
                b.Add(new AllocateStack(b.Destination(0, s.Type()), s.Type().Size(), size, Alignment(b)));
                return true;
            case "stacksave":
                b.Demand(s.Type(), 4, 8);
                b.Add(new SaveStack(b.Destination(0, s.Type()), s.Type().Size()));
                return true;
            case "stackrestore":
                b.Demand(s.Type(), 4, 8);
                b.Add(new RestoreStack(b.Source(0, s.Type()), s.Type().Size()));
                return true;
            default:
                // brkpt, nanosleep, pmevent, griddepcontrol, setmaxnreg: nothing to do but to let others run.
                b.Add(new Yield());
                return true;
        }
    }

    private static uint Alignment(FunctionBuilder b) =>
        b.Syntax.Operands.Count > 2 && b.Operand(2) is ConstantOperand constant ? (uint)Math.Clamp(constant.Bits, 8, 4096) : 8;

    private static string Name(FunctionBuilder b, int index) => b.Operand(index) is NameOperand name ? name.Name : throw b.Error("expected a name");

    private static bool Indexed(FunctionBuilder b)
    {
        var index = b.Source(0, PtxType.U32);
        if (b.Find(Name(b, 1)) is not TargetsSymbol targets)
        {
            throw b.Error($"expected a list of branch targets, found '{Name(b, 1)}'");
        }

        var branch = new IndexedBranch(index);
        b.WhenPlaced([.. targets.Names.Select(b.Label)], places => branch.Targets = places);
        b.Add(branch);
        return true;
    }

    /// <summary>call (results), target, (arguments), prototype.</summary>
    private static bool Call(FunctionBuilder b)
    {
        var operands = b.Syntax.Operands;
        var at = 0;
        var results = operands.Count > 0 && operands[0] is ListOperand first ? first.Elements : [];
        at += results.Count > 0 || operands[0] is ListOperand ? 1 : 0;
        var target = b.Operand(at) as NameOperand ?? throw b.Error("expected the name of a function or a register");
        var arguments = operands.Count > at + 1 && operands[at + 1] is ListOperand list ? list.Elements : [];
        var symbol = b.Find(target.Name);
        if (symbol is FunctionSymbol function)
        {
            if (Intrinsics(b, function.Syntax.Name))
            {
                return true;
            }

            var code = b.Code(function);
            b.Add(new Call(null, code, Values(b, arguments, function.Syntax.Parameters, false), Values(b, results, function.Syntax.Returns, true)));
        }
        else
        {
            var prototype = operands.Count > 0 && operands[^1] is NameOperand last && b.Find(last.Name) is PrototypeSymbol found ? found.Syntax : null;
            var address = b.Source(target, PtxType.U64);
            b.Add(new Call(address, null, Values(b, arguments, prototype?.Parameters, false), Values(b, results, prototype?.Returns, true)));
        }

        // Lanes that went past a guarded call, or that called another function, meet here.
        b.AddJoin();
        return true;
    }

    /// <summary>Host functions that a device may call: vprintf and what ends a kernel.</summary>
    private static bool Intrinsics(FunctionBuilder b, string name)
    {
        switch (name)
        {
            case "vprintf":
                b.Add(new Yield());
                return true;
            case "__assertfail":
                b.Add(new Trap());
                return true;
            default:
                return false;
        }
    }

    private static CallValue[] Values(FunctionBuilder b, List<OperandSyntax> operands, List<VariableSyntax>? formals, bool areResults)
    {
        var values = new CallValue[operands.Count];
        for (var i = 0; i < operands.Count; i++)
        {
            values[i] = Value(b, operands[i], formals is not null && i < formals.Count ? formals[i] : null, areResults);
        }

        return values;
    }

    private static unsafe CallValue Value(FunctionBuilder b, OperandSyntax operand, VariableSyntax? formal, bool isResult)
    {
        if (operand is NameOperand name)
        {
            switch (b.Find(name.Name))
            {
                case LocalSymbol local:
                    return new(local.Offset, local.Size, -1, 0);
                case RegisterSymbol register when register.Type != PtxType.Pred:
                    if (isResult)
                    {
                        b.Definitions.Define(register);
                    }
                    else
                    {
                        b.Definitions.Use(register);
                    }

                    return new(0, register.Size, register.Offset, 0);
            }
        }

        if (operand is ConstantOperand && !isResult)
        {
            var type = formal?.Type ?? PtxType.B32;
            return new(0, type.Size(), -1, b.ConstantAddress(operand, type));
        }

        throw b.Error("expected a parameter, a register or a constant in a call");
    }
}
