using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Memory;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>Moves, packing, addresses and the spaces they belong to.</summary>
internal static class MoveLowering
{
    internal static bool TryLower(FunctionBuilder b, InstructionSyntax s) => s.Opcode switch
    {
        "mov" => Move(b, s),
        "cvta" => Address(b, s),
        "isspacep" => IsSpace(b, s),
        "mapa" => Map(b, s),
        _ => Rank(b, s),
    };

    private static bool Move(FunctionBuilder b, InstructionSyntax s)
    {
        var type = s.Type();
        if (type == PtxType.Pred)
        {
            var (source, flip) = b.Predicate(b.Operand(1));
            b.Add(new PredicateLogic('=', b.Destination(0, type), source, flip, source, flip));
            return true;
        }

        if (b.Operand(1) is VectorOperand { Elements.Count: > 1 } parts)
        {
            return Pack(b, type, parts.Elements);
        }

        if (b.Operand(0) is VectorOperand { Elements.Count: > 1 } elements)
        {
            return Unpack(b, type, elements.Elements);
        }

        if (b.Operand(1) is NameOperand name && b.Find(name.Component is { } c ? $"{name.Name}.{c}" : name.Name) is RegisterSymbol { Type: PtxType.Pred })
        {
            throw b.Error("expected mov.pred for a predicate");
        }

        // ILGPU moves bits between classes of one width; a register of another width than the type's is resized.
        var x = b.Source(1, type);
        b.AddMove(type.Size(), b.Destination(0, type), x);
        return true;
    }

    private static bool Pack(FunctionBuilder b, PtxType type, List<OperandSyntax> parts)
    {
        var size = type.Size() / parts.Count;
        var part = PartType(b, size);
        var sources = parts.ConvertAll(operand => b.Source(operand, part));
        var row = b.NewRegister(type, "packed");
        for (var i = 0; i < parts.Count; i++)
        {
            // The pieces go to a row of their own first: a source may be the destination.
            b.AddHelper(new CopyPart(row.Offset, type.Size(), i * size, sources[i], size, 0, size));
        }

        b.AddMove(type.Size(), b.Destination(0, type), Source.Register(row.Offset));
        return true;
    }

    private static bool Unpack(FunctionBuilder b, PtxType type, List<OperandSyntax> elements)
    {
        var size = type.Size() / elements.Count;
        var part = PartType(b, size);
        var x = b.Source(1, type);
        var row = b.NewRegister(type, "unpacked");
        b.AddMove(type.Size(), row.Offset, x);
        for (var i = 0; i < elements.Count; i++)
        {
            if (elements[i] is not NameOperand { Name: "_" })
            {
                b.AddHelper(new CopyPart(b.Destination(elements[i], part), size, 0, Source.Register(row.Offset), type.Size(), i * size, size));
            }
        }

        return true;
    }

    private static PtxType PartType(FunctionBuilder b, int size) => size switch
    {
        1 => PtxType.B8,
        2 => PtxType.B16,
        4 => PtxType.B32,
        8 => PtxType.B64,
        _ => throw b.Error("expected two or four pieces of 8 to 64 bits"),
    };

    private static bool Address(FunctionBuilder b, InstructionSyntax s)
    {
        var type = s.Type();
        var window = s.Modifiers.Contains("shared") || s.Modifiers.Contains("shared::cta") || s.Modifiers.Contains("shared::cluster") ? AddressMap.SharedWindow
            : s.Modifiers.Contains("local") ? AddressMap.LocalWindow
            : 0;
        var x = b.Source(1, type);
        var d = b.Destination(0, type);
        if (type.Size() != 8)
        {
            throw b.Error("expected 64-bit addresses");
        }

        if (window == 0)
        {
            b.AddMove(8, d, x);
        }
        else if (s.Has("to"))
        {
            b.Add(new UnaryCall<ulong, ulong>(address => address == 0 ? 0 : address - window, d, x));
        }
        else
        {
            b.Add(new UnaryCall<ulong, ulong>(address => address + window, d, x));
        }

        return true;
    }

    private static bool IsSpace(FunctionBuilder b, InstructionSyntax s)
    {
        var tag = s.First() switch
        {
            "global" or "const" => 0UL,
            "shared" or "shared::cta" or "shared::cluster" => AddressMap.SharedWindow >> AddressMap.TagShift,
            "local" => AddressMap.LocalWindow >> AddressMap.TagShift,
            "param" or "param::entry" => AddressMap.ParameterWindow >> AddressMap.TagShift,
            _ => throw b.Error("expected a state space"),
        };
        var x = b.Source(1, PtxType.U64);
        var row = b.NewRegister(PtxType.B64, "tag");
        var isOwn = s.First() is "shared" or "shared::cta";
        b.AddHelper(new UnaryCall<ulong, ulong>(
            address => isOwn && (address & AddressMap.OffsetMask) > AddressMap.SharedOffsetMask ? ulong.MaxValue : address >> AddressMap.TagShift, row.Offset, x));
        b.Add(new SetPredicate<Equal<ulong>, ulong>(b.Destination(0, PtxType.Pred), -1, Source.Register(row.Offset), b.Program.Constants.Row(tag, 8), Combination.None, null, 0));
        return true;
    }

    private static bool Map(FunctionBuilder b, InstructionSyntax s)
    {
        var type = s.Type();
        b.Demand(type, 4, 8);
        var x = b.Source(1, type);
        var rank = b.Source(2, PtxType.U32);
        var d = b.Destination(0, type);
        b.Add(new MapToRank(d, type.Size(), x, rank));
        return true;
    }

    private static bool Rank(FunctionBuilder b, InstructionSyntax s)
    {
        var type = s.Type();
        b.Demand(type, 4, 8);
        b.Add(new RankOfAddress(b.Destination(0, PtxType.U32), b.Source(1, type), type.Size()));
        return true;
    }
}
