using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>Loads, stores, fences, hints.</summary>
internal static class MemoryLowering
{
    internal static bool TryLower(FunctionBuilder b, InstructionSyntax s)
    {
        switch (s.Opcode)
        {
            case "ld" or "ldu":
                return Load(b, s);
            case "st" when s.Has("async"):
                return AsyncLowering.Remote(b, s);
            case "st":
                return Store(b, s);
            case "fence" when s.Modifiers.Exists(modifier => modifier.StartsWith("proxy", StringComparison.Ordinal)) && s.Modifiers.Exists(modifier => modifier.StartsWith("async", StringComparison.Ordinal)):
                b.Add(new ProxyFence());
                return true;
            case "membar" or "fence" or "fence_proxy":
                b.Add(new Fence());
                return true;
            case "createpolicy":
                b.AddMove(8, b.Destination(0, PtxType.B64), b.Program.Constants.Row(0, 8));
                return true;
            default:
                b.Add(new Hint());
                return true;
        }
    }

    /// <summary>The state space among the modifiers; generic when none is named.</summary>
    internal static StateSpace Space(InstructionSyntax s)
    {
        foreach (var modifier in s.Modifiers)
        {
            switch (modifier)
            {
                case "global":
                    return StateSpace.Global;
                case "shared" or "shared::cta":
                    return StateSpace.Shared;
                case "shared::cluster":
                    return StateSpace.SharedCluster;
                case "local":
                    return StateSpace.Local;
                case "const":
                    return StateSpace.Constant;
                case "param" or "param::entry" or "param::func":
                    return StateSpace.Parameter;
            }
        }

        return StateSpace.Generic;
    }

    internal static bool IsStrong(InstructionSyntax s) => s.Modifiers.Exists(modifier => modifier is "volatile" or "relaxed" or "acquire" or "release" or "mmio");

    /// <summary>Parameters of a function are bytes of its frame.</summary>
    private static StateSpace SpaceOf(FunctionBuilder b, InstructionSyntax s, int operand)
    {
        var space = Space(s);
        return space == StateSpace.Parameter && b.IsLocalVariable(b.Operand(operand)) ? StateSpace.Local : space;
    }

    private static bool Load(FunctionBuilder b, InstructionSyntax s)
    {
        var type = s.Type();
        var space = SpaceOf(b, s, 1);
        var address = b.Address(b.Operand(1), space);
        var elements = FunctionBuilder.Elements(b.Operand(0));
        CheckCount(b, s, elements.Count);
        var kind = IsStrong(s) ? AccessKind.StrongRead : AccessKind.Read;
        var destinations = elements.Select(element => b.Destination(element, type)).ToArray();
        b.SharedAccess(space, type.Size());
        b.Add(type.Size() switch
        {
            1 => new Load<byte>(address, space, kind, destinations),
            2 => new Load<ushort>(address, space, kind, destinations),
            4 => new Load<uint>(address, space, kind, destinations),
            8 => new Load<ulong>(address, space, kind, destinations),
            16 => new Load<UInt128>(address, space, kind, destinations),
            _ => throw b.Error("expected a type of 8 to 128 bits"),
        });
        return true;
    }

    private static bool Store(FunctionBuilder b, InstructionSyntax s)
    {
        var type = s.Type();
        var space = SpaceOf(b, s, 0);
        var address = b.Address(b.Operand(0), space);
        var elements = FunctionBuilder.Elements(b.Operand(1));
        CheckCount(b, s, elements.Count);
        var kind = IsStrong(s) ? AccessKind.StrongWrite : AccessKind.Write;
        var values = elements.Select(element => b.Source(element, type)).ToArray();
        b.SharedAccess(space, type.Size());
        b.Add(type.Size() switch
        {
            1 => new Store<byte>(address, space, kind, values),
            2 => new Store<ushort>(address, space, kind, values),
            4 => new Store<uint>(address, space, kind, values),
            8 => new Store<ulong>(address, space, kind, values),
            16 => new Store<UInt128>(address, space, kind, values),
            _ => throw b.Error("expected a type of 8 to 128 bits"),
        });
        return true;
    }

    private static void CheckCount(FunctionBuilder b, InstructionSyntax s, int count)
    {
        var width = s.Has("v2") ? 2 : s.Has("v4") ? 4 : s.Has("v8") ? 8 : 1;
        if (count != width)
        {
            throw b.Error($"expected {width} registers, found {count}");
        }
    }
}
