using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>What a name means.</summary>
internal abstract record Symbol;

/// <summary>A register: its row in the frame, and its number for the analysis of definitions.</summary>
internal sealed record RegisterSymbol(PtxType Type, int Offset, int Number, string Name) : Symbol
{
    /// <summary>Bytes of a lane's value; 0 for a predicate.</summary>
    internal int Size => Type.Size();
}

/// <summary>A variable with a fixed address, in its own space and as a generic one.</summary>
internal sealed record VariableSymbol(StateSpace Space, ulong Address, ulong Window, long Size) : Symbol;

/// <summary>A variable in the frame's local memory: the address depends on the depth of calls.</summary>
internal sealed record LocalSymbol(long Offset, long Size, bool IsParameter) : Symbol;

internal sealed record LabelSymbol(int Number) : Symbol;

internal sealed record FunctionSymbol(FunctionSyntax Syntax, int Number) : Symbol;

internal sealed record TargetsSymbol(List<string> Names) : Symbol;

internal sealed record PrototypeSymbol(FunctionSyntax Syntax) : Symbol;

/// <summary>A region of a body in which names have their meaning.</summary>
internal sealed class Scope(Scope? outer)
{
    private readonly Dictionary<string, Symbol> _symbols = new(StringComparer.Ordinal);
    private readonly List<RegisterSyntax> _families = [];

    internal void Add(string name, Symbol symbol, int line)
    {
        if (!_symbols.TryAdd(name, symbol))
        {
            throw new PtxException(line, $"expected one declaration of '{name}' in a scope, found a second");
        }
    }

    internal void AddFamily(RegisterSyntax family) => _families.Add(family);

    /// <summary>The meaning of a name; a member of a numbered family gets its register when it is first used.</summary>
    internal Symbol? Find(string name, Func<PtxType, string, RegisterSymbol> makeRegister)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._symbols.TryGetValue(name, out var symbol))
            {
                return symbol;
            }

            if (scope.Family(name) is { } family)
            {
                var register = makeRegister(family.Type, name);
                scope._symbols.Add(name, register);
                return register;
            }
        }

        return null;
    }

    private Scope? Outer { get; } = outer;

    private RegisterSyntax? Family(string name)
    {
        foreach (var family in _families)
        {
            if (name.Length > family.Name.Length && name.StartsWith(family.Name, StringComparison.Ordinal)
                && uint.TryParse(name.AsSpan(family.Name.Length), System.Globalization.NumberStyles.None, null, out var number) && number < family.Count)
            {
                return family;
            }
        }

        return null;
    }
}
