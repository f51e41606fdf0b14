namespace PlamoNative.PtxEmulator.Parsing;

internal enum StateSpace
{
    Generic,
    Register,
    Global,
    Shared,
    SharedCluster,
    Local,
    Constant,
    Parameter,
}

internal sealed record ModuleSyntax
{
    internal string Target { get; set; } = "";

    internal int AddressSize { get; set; } = 64;

    internal List<VariableSyntax> Variables { get; } = [];

    internal List<FunctionSyntax> Functions { get; } = [];

    internal Dictionary<int, string> Files { get; } = [];
}

/// <summary>A variable outside of registers, or a formal parameter.</summary>
internal sealed record VariableSyntax(StateSpace Space, PtxType Type, string Name, int Line)
{
    internal int Alignment { get; set; }

    internal int VectorWidth { get; set; } = 1;

    /// <summary>Elements in all; 1 for a scalar, 0 for an array of unknown length (dynamic shared memory).</summary>
    internal long Count { get; set; } = 1;

    internal bool IsArray { get; set; }

    internal bool IsExtern { get; set; }

    internal List<InitializerSyntax> Initializers { get; } = [];

    internal int ElementSize => Math.Max(1, Type.Size()) * VectorWidth;

    internal long Size => Count * ElementSize;

    internal int EffectiveAlignment => Math.Max(Alignment, ElementSize);
}

/// <summary>One initial value: bits, or the address of a symbol plus bits; a mask picks a byte of an address.</summary>
internal sealed record InitializerSyntax(ulong Bits, bool IsReal, string? Symbol = null, int Shift = 0, bool IsGeneric = false);

internal sealed record FunctionSyntax(string Name, bool IsEntry, int Line)
{
    internal List<VariableSyntax> Returns { get; } = [];

    internal List<VariableSyntax> Parameters { get; } = [];

    internal BlockSyntax? Body { get; set; }

    internal int[]? RequiredThreads { get; set; }

    internal int[]? MaximumThreads { get; set; }

    internal int[]? RequiredCluster { get; set; }
}

internal abstract record StatementSyntax(int Line);

internal sealed record BlockSyntax(int Line) : StatementSyntax(Line)
{
    internal List<StatementSyntax> Statements { get; } = [];

    internal List<RegisterSyntax> Registers { get; } = [];

    internal List<VariableSyntax> Variables { get; } = [];

    internal Dictionary<string, List<string>> BranchTargets { get; } = new(StringComparer.Ordinal);

    /// <summary>Prototypes of indirect calls: name to formal parameters and results.</summary>
    internal Dictionary<string, FunctionSyntax> Prototypes { get; } = new(StringComparer.Ordinal);
}

/// <summary>A register or, where <paramref name="Count"/> is not -1, a numbered family of them.</summary>
internal sealed record RegisterSyntax(PtxType Type, int VectorWidth, string Name, int Count, int Line);

internal sealed record LabelSyntax(string Name, int Line) : StatementSyntax(Line);

internal sealed record LocationSyntax(int File, int SourceLine, int Line) : StatementSyntax(Line);

internal sealed record InstructionSyntax(string Opcode, int Line) : StatementSyntax(Line)
{
    internal string? Guard { get; set; }

    internal bool IsGuardNegated { get; set; }

    internal List<string> Modifiers { get; } = [];

    internal List<OperandSyntax> Operands { get; } = [];

    internal bool Has(string modifier) => Modifiers.Contains(modifier);

    internal string FullName => Modifiers.Count == 0 ? Opcode : $"{Opcode}.{string.Join('.', Modifiers)}";
}

internal abstract record OperandSyntax;

/// <summary>A register, special register, variable or label, perhaps with a component (<c>.x</c>) or an offset.</summary>
internal sealed record NameOperand(string Name, string? Component = null, long Offset = 0, bool IsNegated = false) : OperandSyntax;

/// <summary>A constant: an integer, or the bits of a float32 or float64.</summary>
internal sealed record ConstantOperand(TokenKind Kind, ulong Bits) : OperandSyntax;

internal sealed record VectorOperand(List<OperandSyntax> Elements) : OperandSyntax;

/// <summary><c>[base + offset]</c>, or <c>[map, {coordinates}]</c>.</summary>
internal sealed record AddressOperand(OperandSyntax Base, long Offset, VectorOperand? Coordinates = null) : OperandSyntax;

/// <summary><c>a|b</c>: two destinations.</summary>
internal sealed record PairOperand(OperandSyntax First, OperandSyntax Second) : OperandSyntax;

internal sealed record ListOperand(List<OperandSyntax> Elements) : OperandSyntax;
