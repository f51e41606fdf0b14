using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Numerics;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>mma, ldmatrix, stmatrix, movmatrix, wgmma.</summary>
internal static class MatrixLowering
{
    internal static bool TryLower(FunctionBuilder b, InstructionSyntax s) => s.Opcode switch
    {
        "mma" => Multiply(b, s),
        "ldmatrix" => Transfer(b, s, true),
        "stmatrix" => Transfer(b, s, false),
        "movmatrix" => Transpose(b),
        _ => Warpgroup(b, s),
    };

    internal static AccumulationModel Model(FunctionBuilder b) => b.Options.Accumulation ?? AccumulationPlan.ModelOf(b.Architecture);

    private static List<MatrixType> MatrixTypesOf(InstructionSyntax s)
    {
        var types = new List<MatrixType>();
        foreach (var modifier in s.Modifiers)
        {
            if (MatrixTypes.TryParse(modifier, out var type))
            {
                types.Add(type);
            }
        }

        return types;
    }

    private static (int M, int N, int K) Shape(FunctionBuilder b, InstructionSyntax s)
    {
        var text = s.Modifiers.Find(modifier => modifier.Length > 3 && modifier[0] == 'm' && char.IsAsciiDigit(modifier[1])) ?? throw b.Error("expected a shape (m16n8k16)");
        var sizes = text[1..].Split('n', 'k');
        return sizes.Length == 3 && int.TryParse(sizes[0], out var m) && int.TryParse(sizes[1], out var n) && int.TryParse(sizes[2], out var k)
            ? (m, n, k)
            : throw b.Error($"expected a shape (m16n8k16), found '{text}'");
    }

    private static Source[] Sources(FunctionBuilder b, int operand, PtxType type, int count)
    {
        var elements = FunctionBuilder.Elements(b.Operand(operand));
        return elements.Count == count ? [.. elements.Select(element => b.Source(element, type))] : throw b.Error($"expected {count} registers in operand {operand + 1}, found {elements.Count}");
    }

    private static int[] Destinations(FunctionBuilder b, int operand, PtxType type, int count)
    {
        var elements = FunctionBuilder.Elements(b.Operand(operand));
        return elements.Count == count ? [.. elements.Select(element => b.Destination(element, type))] : throw b.Error($"expected {count} registers in operand {operand + 1}, found {elements.Count}");
    }

    private static bool Multiply(FunctionBuilder b, InstructionSyntax s)
    {
        var types = MatrixTypesOf(s);
        if (types.Count != 4 || s.Has("sp") || s.Modifiers.Exists(modifier => modifier.StartsWith("sp::", StringComparison.Ordinal)))
        {
            return false;
        }

        var (m, n, k) = Shape(b, s);
        var instruction = new MmaInstruction(new(m, n, k), types[1], types[2], types[0], s.Has("satfinite"));
        try
        {
            instruction.Check();
        }
        catch (PtxRuleException rule)
        {
            throw b.Error(rule.Message);
        }

        if (types[0] != types[3])
        {
            throw b.Error("expected C and D of one type");
        }

        var register = types[1] == MatrixType.F64 ? PtxType.B64 : PtxType.B32;
        var a = Sources(b, 1, register, instruction.RegistersA);
        var second = Sources(b, 2, register, instruction.RegistersB);
        var c = Sources(b, 3, register, instruction.RegistersC);
        var d = Destinations(b, 0, register, instruction.RegistersC);
        b.Add(register == PtxType.B64
            ? new MatrixMultiplyDouble(instruction.Shape, s.Rounding(), d, a, second, c)
            : new MatrixMultiply(instruction, Model(b), d, a, second, c));
        return true;
    }

    private static bool Transfer(FunctionBuilder b, InstructionSyntax s, bool isLoad)
    {
        if (!s.Has("m8n8"))
        {
            return false;
        }

        var count = s.Has("x4") ? 4 : s.Has("x2") ? 2 : 1;
        var address = b.Address(b.Operand(isLoad ? 1 : 0), MemoryLowering.Space(s));
        b.SharedAccess(StateSpace.Shared, 16);
        b.Add(new MatrixTransfer(
            isLoad, s.Has("trans"), address, isLoad ? [] : Sources(b, 1, PtxType.B32, count), isLoad ? Destinations(b, 0, PtxType.B32, count) : []));
        return true;
    }

    private static bool Transpose(FunctionBuilder b)
    {
        b.Add(new MatrixMove(b.Destination(0, PtxType.B32), b.Source(1, PtxType.B32)));
        return true;
    }

    private static bool Warpgroup(FunctionBuilder b, InstructionSyntax s)
    {
        switch (s.First())
        {
            case "fence":
                b.Add(new WarpgroupGroup('f', 0));
                return true;
            case "commit_group":
                b.Add(new WarpgroupGroup('c', 0));
                return true;
            case "wait_group":
                b.Add(new WarpgroupGroup('w', b.Constant(0)));
                return true;
            case "mma_async":
                return Product(b, s);
            default:
                return false;
        }
    }

    /// <summary>wgmma.mma_async d, a, b-descriptor, scale-d {, scale-a, scale-b {, trans-a, trans-b}}.</summary>
    private static bool Product(FunctionBuilder b, InstructionSyntax s)
    {
        var types = MatrixTypesOf(s);
        if (types.Count != 3 || s.Has("sp"))
        {
            return false;
        }

        var (m, n, k) = Shape(b, s);
        var isVector = b.Operand(1) is VectorOperand;
        var rest = s.Operands.Count - 4;
        var isInteger = types[1].IsInteger();
        var scaleA = !isInteger && rest >= 2 ? b.Constant(4) : 1;
        var scaleB = !isInteger && rest >= 2 ? b.Constant(5) : 1;

        // With A in registers only B may be transposed: one flag instead of two.
        var transposeA = !isVector && rest >= 4 && b.Constant(6) != 0;
        var transposeB = isVector ? rest >= 3 && b.Constant(6) != 0 : rest >= 4 && b.Constant(7) != 0;
        var instruction = new WgmmaInstruction(n, types[1], types[2], types[0], true, scaleA < 0, scaleB < 0, transposeA, transposeB, s.Has("satfinite"));
        try
        {
            instruction.Check();
        }
        catch (PtxRuleException rule)
        {
            throw b.Error(rule.Message);
        }

        if (m != WgmmaInstruction.M || k != instruction.K)
        {
            throw b.Error($"expected m64n{n}k{instruction.K} for these types, found m{m}n{n}k{k}");
        }

        var registersA = isVector ? Sources(b, 1, PtxType.B32, 4) : null;
        var descriptorA = isVector ? b.Program.Constants.Row(0, 8) : b.Source(1, PtxType.B64);
        var descriptorB = b.Source(2, PtxType.B64);
        var (scale, flip) = b.Predicate(b.Operand(3));
        var d = Destinations(b, 0, PtxType.B32, instruction.Registers);
        b.SharedAccess(StateSpace.Shared, 16);
        var product = new WarpgroupMultiply(instruction, Model(b), d, registersA, descriptorA, descriptorB, scale, flip);
        b.Add(product);
        var used = FunctionBuilder.Elements(b.Operand(0)).Concat(isVector ? FunctionBuilder.Elements(b.Operand(1)) : []);
        b.Definitions.InFlight(used.OfType<NameOperand>().Select(name => b.Register(name.Component is { } part ? $"{name.Name}.{part}" : name.Name)).ToList(), offsets => product.Flights = offsets);
        return true;
    }
}
