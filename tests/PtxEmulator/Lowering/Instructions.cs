using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>Finds who resolves an instruction.</summary>
internal static class Instructions
{
    private delegate bool Family(FunctionBuilder builder, InstructionSyntax syntax);

    private static readonly Dictionary<string, Family> ByOpcode = Table();

    internal static bool TryLower(FunctionBuilder builder, InstructionSyntax syntax) =>
        ByOpcode.TryGetValue(syntax.Opcode, out var family) && family(builder, syntax);

    private static Dictionary<string, Family> Table()
    {
        var table = new Dictionary<string, Family>(StringComparer.Ordinal);
        Fill(ArithmeticLowering.TryLower, "add", "sub", "mul", "mad", "fma", "div", "rem", "abs", "neg", "min", "max", "rcp", "sqrt", "rsqrt", "ex2", "lg2", "sin", "cos", "tanh", "copysign");
        Fill(IntegerLowering.TryLower, "mul24", "mad24", "sad", "popc", "clz", "brev", "bfind", "bfe", "bfi", "prmt", "shf", "dp4a", "dp2a", "bmsk", "szext", "fns", "addc", "subc", "madc");
        Fill(LogicLowering.TryLower, "and", "or", "xor", "not", "cnot", "lop3", "shl", "shr");
        Fill(CompareLowering.TryLower, "setp", "set", "selp", "slct", "testp");
        Fill(MoveLowering.TryLower, "mov", "cvta", "isspacep", "mapa", "getctarank");
        Fill(ConvertLowering.TryLower, "cvt");
        Fill(ControlLowering.TryLower, "bra", "brx", "call", "ret", "exit", "trap", "brkpt", "nanosleep", "pmevent", "griddepcontrol", "setmaxnreg", "alloca", "stacksave", "stackrestore");
        Fill(MemoryLowering.TryLower, "ld", "ldu", "st", "prefetch", "prefetchu", "discard", "applypriority", "createpolicy", "membar", "fence", "fence_proxy");
        Fill(AtomicLowering.TryLower, "atom", "red");
        Fill(WarpLowering.TryLower, "shfl", "vote", "match", "redux", "activemask", "elect", "bar", "barrier");
        Fill(WmmaLowering.TryLower, "wmma");
        Fill(MatrixLowering.TryLower, "mma", "ldmatrix", "stmatrix", "movmatrix", "wgmma");
        Fill(AsyncLowering.TryLower, "cp", "mbarrier");
        return table;

        void Fill(Family family, params string[] opcodes)
        {
            foreach (var opcode in opcodes)
            {
                table.Add(opcode, family);
            }
        }
    }
}

/// <summary>What the modifiers of an instruction say, read in one place.</summary>
internal static class ModifierReading
{
    /// <summary>The first modifier, or an empty one.</summary>
    internal static string First(this InstructionSyntax syntax) => syntax.Modifiers.Count > 0 ? syntax.Modifiers[0] : "";

    /// <summary>The types among the modifiers, in order.</summary>
    internal static List<PtxType> Types(this InstructionSyntax syntax)
    {
        var types = new List<PtxType>(4);
        foreach (var modifier in syntax.Modifiers)
        {
            if (PtxTypes.TryParse(modifier, out var type))
            {
                types.Add(type);
            }
        }

        return types;
    }

    /// <summary>The types, of which there must be at least so many.</summary>
    internal static List<PtxType> Types(this InstructionSyntax syntax, int atLeast)
    {
        var types = syntax.Types();
        return types.Count >= atLeast ? types : throw new PtxException(syntax.Line, $"expected {atLeast} types in '{syntax.FullName}', found {types.Count}");
    }

    internal static PtxType Type(this InstructionSyntax syntax)
    {
        var types = syntax.Types();
        return types.Count > 0 ? types[^1] : throw new PtxException(syntax.Line, $"expected a type in '{syntax.FullName}', found none");
    }

    internal static Numerics.Rounding Rounding(this InstructionSyntax syntax, Numerics.Rounding otherwise = Numerics.Rounding.NearestEven)
    {
        foreach (var modifier in syntax.Modifiers)
        {
            switch (modifier)
            {
                case "rn" or "rni":
                    return Numerics.Rounding.NearestEven;
                case "rz" or "rzi":
                    return Numerics.Rounding.Zero;
                case "rm" or "rmi":
                    return Numerics.Rounding.Down;
                case "rp" or "rpi":
                    return Numerics.Rounding.Up;
                case "rna":
                    return Numerics.Rounding.NearestAway;
            }
        }

        return otherwise;
    }

    internal static bool HasRounding(this InstructionSyntax syntax) => syntax.Rounding((Numerics.Rounding)255) != (Numerics.Rounding)255;
}
