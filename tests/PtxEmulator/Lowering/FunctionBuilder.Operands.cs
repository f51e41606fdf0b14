using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Memory;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>Operands: where their lanes lie. Widths that do not fit get a helper instruction before or behind.</summary>
internal sealed partial class FunctionBuilder
{
    internal OperandSyntax Operand(int index) => index < Syntax.Operands.Count
        ? Syntax.Operands[index]
        : throw Error($"expected at least {index + 1} operands, found {Syntax.Operands.Count}");

    internal Source Source(int index, PtxType type) => Source(Operand(index), type);

    /// <summary>The lanes of a value of a type; of a register only its width counts.</summary>
    internal Source Source(OperandSyntax operand, PtxType type)
    {
        switch (operand)
        {
            case ConstantOperand constant:
                return Program.Constants.Row(Bits(constant, type), type.Size());
            case NameOperand { IsNegated: true }:
                throw Error("expected a value, found a negated predicate");
            case NameOperand name:
                return Named(name, type);
            case VectorOperand { Elements.Count: 1 } vector:
                return Source(vector.Elements[0], type);
            default:
                throw Error("expected a register or a constant, found a list");
        }
    }

    private Source Named(NameOperand name, PtxType type)
    {
        var full = name.Component is { } component ? $"{name.Name}.{component}" : name.Name;
        var symbol = Find(full) ?? Find(name.Name);
        switch (symbol)
        {
            case RegisterSymbol register:
                _definitions.Use(register);
                return Resized(register, type);
            case null when SpecialRegisters.TryParse(full, out var special, out var specialType):
                var row = NewRegister(specialType, full);
                AddHelper(new ReadSpecial(special, row.Offset));
                return Resized(row, type);
            case null:
                throw Error($"expected a declared name, found '{full}'");
            default:
                return AddressOf(symbol, name, type);
        }
    }

    private Source AddressOf(Symbol symbol, NameOperand name, PtxType type)
    {
        var size = type.Size() is 4 or 8 ? type.Size() : throw Error($"expected a type of 32 or 64 bits for the address of '{name.Name}'");
        switch (symbol)
        {
            case VariableSymbol variable:
                var window = variable.Space == StateSpace.Parameter && size == 8 ? variable.Window : 0;
                return Program.Constants.Row(window + variable.Address + (ulong)name.Offset, size);
            case LocalSymbol local:
                var row = NewRegister(PtxType.B64, name.Name);
                AddHelper(new LocalAddress(row.Offset, local.Offset + name.Offset));
                return Resized(row, type);
            case FunctionSymbol function:
                Code(function);
                return Program.Constants.Row(ModuleVariables.FunctionAddress(function.Number), size);
            default:
                throw Error($"expected a value, found the label '{name.Name}'");
        }
    }

    private Source Resized(RegisterSymbol register, PtxType type)
    {
        if (register.Type == PtxType.Pred)
        {
            if (type == PtxType.Pred)
            {
                return Execution.Source.Register(register.Offset);
            }

            throw Error($"expected a register of {type.Size() * 8} bits, found the predicate '{register.Name}'");
        }

        if (register.Size == type.Size())
        {
            return Execution.Source.Register(register.Offset);
        }

        if (type == PtxType.Pred)
        {
            throw Error($"expected a predicate, found '{register.Name}'");
        }

        var row = NewRegister(type, register.Name);
        AddHelper(new Resize(row.Offset, type.Size(), Execution.Source.Register(register.Offset), register.Size, type.IsSigned()));
        return Execution.Source.Register(row.Offset);
    }

    private static ulong Bits(ConstantOperand constant, PtxType type)
    {
        if (constant.Kind == TokenKind.Integer)
        {
            return type == PtxType.F64 ? BitConverter.DoubleToUInt64Bits((long)constant.Bits)
                : type == PtxType.F32 ? BitConverter.SingleToUInt32Bits((long)constant.Bits)
                : constant.Bits;
        }

        var value = constant.Kind == TokenKind.Single ? BitConverter.UInt32BitsToSingle((uint)constant.Bits) : BitConverter.UInt64BitsToDouble(constant.Bits);
        return type switch
        {
            PtxType.F64 => BitConverter.DoubleToUInt64Bits(value),
            PtxType.F16 => Numerics.F16.FromDouble(value),
            PtxType.BF16 => Numerics.BF16.FromDouble(value),
            _ when type.Size() == 8 => constant.Bits,
            _ => constant.Kind == TokenKind.Single ? constant.Bits : BitConverter.SingleToUInt32Bits((float)value),
        };
    }

    /// <summary>The address of a row of a constant, for a call.</summary>
    internal nint ConstantAddress(OperandSyntax operand, PtxType type) => Program.Constants.Address(Bits((ConstantOperand)operand, type), type.Size());

    /// <summary>A predicate operand, perhaps negated.</summary>
    internal (Source Source, uint Flip) Predicate(OperandSyntax operand)
    {
        if (operand is ConstantOperand constant)
        {
            return (Program.Constants.Row(constant.Bits, 0), 0);
        }

        if (operand is not NameOperand name || Find(name.Name) is not RegisterSymbol { Type: PtxType.Pred } register)
        {
            throw Error("expected a predicate");
        }

        _definitions.Use(register);
        return (Execution.Source.Register(register.Offset), name.IsNegated ? uint.MaxValue : 0);
    }

    /// <summary>The row that receives a result: the register's own, or one of the result's width that is moved into it behind. -1 for <c>_</c> predicates.</summary>
    internal int Destination(OperandSyntax operand, PtxType type)
    {
        if (operand is VectorOperand { Elements.Count: 1 } vector)
        {
            operand = vector.Elements[0];
        }

        if (operand is not NameOperand name)
        {
            throw Error("expected a register as destination");
        }

        if (name.Name == "_")
        {
            return type == PtxType.Pred ? NewRegister(PtxType.Pred, "_").Offset : NewRegister(type, "_").Offset;
        }

        var register = Register(name.Component is { } component ? $"{name.Name}.{component}" : name.Name);
        _definitions.Define(register);
        if (register.Size == type.Size() && (register.Type == PtxType.Pred) == (type == PtxType.Pred))
        {
            return register.Offset;
        }

        if (register.Type == PtxType.Pred || type == PtxType.Pred)
        {
            throw Error($"expected {(type == PtxType.Pred ? "a predicate" : $"a register of {type.Size() * 8} bits")} as destination, found '{register.Name}'");
        }

        var row = NewRegister(type, register.Name);
        AddAfter(new Resize(register.Offset, register.Size, Execution.Source.Register(row.Offset), type.Size(), type.IsSigned()));
        return row.Offset;
    }

    internal int Destination(int index, PtxType type) => Destination(Operand(index), type);

    /// <summary>The elements of a vector operand, or the operand itself as a vector of one.</summary>
    internal static List<OperandSyntax> Elements(OperandSyntax operand) => operand is VectorOperand vector ? vector.Elements : [operand];

    /// <summary>The address of a memory operand: a row and a constant.</summary>
    internal AddressSource Address(OperandSyntax operand, StateSpace space)
    {
        if (operand is not AddressOperand address)
        {
            throw Error("expected an address in brackets");
        }

        if (address.Base is ConstantOperand constant)
        {
            return new(Program.Constants.Row(constant.Bits + (ulong)address.Offset, 8), 8, 0);
        }

        var name = (NameOperand)address.Base;
        var full = name.Component is { } component ? $"{name.Name}.{component}" : name.Name;
        switch (Find(full) ?? throw Error($"expected a declared name, found '{full}'"))
        {
            case RegisterSymbol { Size: 4 or 8 } register:
                _definitions.Use(register);
                return new(Execution.Source.Register(register.Offset), register.Size, address.Offset);
            case VariableSymbol variable:
                var window = space == StateSpace.Generic || variable.Space == StateSpace.Parameter ? variable.Window : 0;
                return new(Program.Constants.Row(window + variable.Address + (ulong)address.Offset, 8), 8, 0);
            case LocalSymbol local:
                var row = NewRegister(PtxType.B64, name.Name);
                AddHelper(new LocalAddress(row.Offset, local.Offset + address.Offset));
                return new(Execution.Source.Register(row.Offset), 8, space == StateSpace.Generic ? unchecked((long)AddressMap.LocalWindow) : 0);
            default:
                throw Error($"expected an address, found '{full}'");
        }
    }

    /// <summary>True when an address names a variable of a function's own: parameters of functions are such.</summary>
    internal bool IsLocalVariable(OperandSyntax operand) => operand is AddressOperand { Base: NameOperand name } && Find(name.Name) is LocalSymbol;

    /// <summary>An operand that must be a constant integer.</summary>
    internal int Constant(int index) => Operand(index) is ConstantOperand { Kind: TokenKind.Integer } constant
        ? (int)constant.Bits
        : throw Error($"expected a constant integer as operand {index + 1}");

    internal bool IsPredicate(OperandSyntax operand) => operand is NameOperand name && Find(name.Name) is RegisterSymbol { Type: PtxType.Pred };

    /// <summary>Notes the width of an access that may be to shared memory.</summary>
    internal void SharedAccess(StateSpace space, int bytes)
    {
        if (space is StateSpace.Shared or StateSpace.SharedCluster or StateSpace.Generic)
        {
            Program.SharedGrain = Math.Min(Program.SharedGrain, bytes);
        }
    }

    /// <summary>A hidden register of the function: made once.</summary>
    internal RegisterSymbol Hidden(string name, PtxType type)
    {
        if (!_hidden.TryGetValue(name, out var register))
        {
            _hidden.Add(name, register = NewRegister(type, name));
        }

        return register;
    }

    private readonly Dictionary<string, RegisterSymbol> _hidden = new(StringComparer.Ordinal);
}
