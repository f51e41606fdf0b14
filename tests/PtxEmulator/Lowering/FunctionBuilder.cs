using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Memory;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>Turns the body of a function into instructions. Operands are in <c>FunctionBuilder.Operands.cs</c>.</summary>
internal sealed partial class FunctionBuilder
{
    private const int RowAlignment = 64;
    private readonly ProgramBuilder _program;
    private readonly FunctionSyntax _syntax;
    private readonly FunctionCode _function;
    private readonly List<Instruction> _code = [];
    private readonly List<Instruction> _after = [];
    private readonly List<int> _labelPlaces = [];
    private readonly List<(int[] Targets, Action<int[]> Set, int Line)> _fixups = [];
    private readonly List<Action<int>> _returns = [];
    private readonly Definitions _definitions = new();
    private Scope _scope = new(null);
    private int _registerBytes;
    private int _registerCount;
    private long _localBytes;
    private InstructionSyntax? _current;
    private int _sourceFile;
    private int _sourceLine;

    internal FunctionBuilder(ProgramBuilder program, FunctionSyntax syntax, FunctionCode function) =>
        (_program, _syntax, _function) = (program, syntax, function);

    internal ProgramCode Program => _program.Program;

    internal int Architecture => _program.Kernel.Module.Architecture;

    internal FunctionCode Function => _function;

    internal MachineOptions Options => _program.Kernel.Module.Machine.Options;

    /// <summary>The syntax of the instruction that is lowered.</summary>
    internal InstructionSyntax Syntax => _current!;

    internal void Build()
    {
        DeclareModule();
        _scope = new(_scope);
        DeclareParameters(_syntax.Parameters, _function.Parameters);
        DeclareParameters(_syntax.Returns, _function.Returns);
        _current = new("ret", _syntax.Line);
        Block(_syntax.Body!);
        _current = new("ret", _code.Count > 0 ? _code[^1].Line : _syntax.Line);

        // Lanes that return, by whatever way, meet here; running into the end of a body is a return.
        _function.ReturnPc = _code.Count;
        Add(new Join(_code.Count));
        Add(new Return { IsCounted = false });
        foreach (var (targets, set, line) in _fixups)
        {
            set([.. targets.Select(label => _labelPlaces[label] >= 0 ? _labelPlaces[label] : throw new PtxException(line, "expected a label with a place"))]);
        }

        _returns.ForEach(set => set(_function.ReturnPc));
        ControlFlow.SetMeetingPlaces(_code, _function);
        _function.RegisterBytes = _registerBytes;
        _function.LocalBytes = checked((uint)((_localBytes + 15) / 16 * 16));
        _definitions.Guard(_code, _function, _program.Kernel.Module.Machine.Options.Checks);
        _function.RegisterBytes = _function.RegisterBytes + _definitions.Allocate(_registerBytes);
        _function.Code = [.. _code];
    }

    internal PtxException Error(string message) => new(_current?.Line ?? 0, $"{_current?.FullName}: {message}");

    private void DeclareModule()
    {
        foreach (var function in _program.Module.Functions)
        {
            // A declaration and its definition are one function.
            if (_scope.Find(function.Name, NewRegister) is null)
            {
                _scope.Add(function.Name, new FunctionSymbol(function, _program.Globals.FunctionNumbers[function.Name]), function.Line);
            }
        }

        foreach (var variable in _program.Module.Variables)
        {
            if (variable.Space != StateSpace.Shared || _program.IsPlaced(variable))
            {
                _scope.Add(variable.Name, _program.Variable(variable, null), variable.Line);
            }
        }
    }

    private void DeclareParameters(List<VariableSyntax> formals, List<ParameterPlace> places)
    {
        for (var i = 0; i < formals.Count; i++)
        {
            var formal = formals[i];
            if (_function.IsEntry)
            {
                var parameter = _program.Kernel.Parameters[i];
                _scope.Add(formal.Name, new VariableSymbol(StateSpace.Parameter, (ulong)parameter.Offset, AddressMap.ParameterWindow, formal.Size), formal.Line);
            }
            else if (formal.Space == StateSpace.Register)
            {
                var register = NewRegister(formal.Type, formal.Name);
                _scope.Add(formal.Name, register, formal.Line);
                places.Add(new(formal.Type, 0, formal.Type.Size(), register.Offset));
                _definitions.DefineAtEntry(register.Number);
            }
            else
            {
                var offset = TakeLocal(formal);
                _scope.Add(formal.Name, new LocalSymbol(offset, formal.Size, true), formal.Line);
                places.Add(new(formal.Type, offset, formal.Size, -1));
            }
        }
    }

    private long TakeLocal(VariableSyntax variable)
    {
        var alignment = Math.Max(variable.EffectiveAlignment, 4);
        _localBytes = (_localBytes + alignment - 1) / alignment * alignment;
        var offset = _localBytes;
        _localBytes += variable.Size;
        return _localBytes <= 1 << 24 ? offset : throw new PtxException(variable.Line, $"expected at most 16 MB of local memory, found more with '{variable.Name}'");
    }

    private void Block(BlockSyntax block)
    {
        var outer = _scope;
        _scope = new(outer);
        foreach (var register in block.Registers)
        {
            Declare(register);
        }

        foreach (var variable in block.Variables)
        {
            Symbol symbol = variable.Space is StateSpace.Local or StateSpace.Parameter
                ? new LocalSymbol(TakeLocal(variable), variable.Size, variable.Space == StateSpace.Parameter)
                : _program.Variable(variable, _syntax);
            _scope.Add(variable.Name, symbol, variable.Line);
        }

        foreach (var (name, targets) in block.BranchTargets)
        {
            _scope.Add(name, new TargetsSymbol(targets), block.Line);
        }

        foreach (var (name, prototype) in block.Prototypes)
        {
            _scope.Add(name, new PrototypeSymbol(prototype), prototype.Line);
        }

        foreach (var label in block.Statements.OfType<LabelSyntax>())
        {
            _scope.Add(label.Name, new LabelSymbol(_labelPlaces.Count), label.Line);
            _labelPlaces.Add(-1);
        }

        foreach (var statement in block.Statements)
        {
            switch (statement)
            {
                case BlockSyntax inner:
                    Block(inner);
                    break;
                case LabelSyntax label:
                    _current = new("label", label.Line);
                    _labelPlaces[((LabelSymbol)_scope.Find(label.Name, NewRegister)!).Number] = _code.Count;
                    Add(new Join(_code.Count));
                    break;
                case LocationSyntax location:
                    (_sourceFile, _sourceLine) = (location.File, location.SourceLine);
                    break;
                case InstructionSyntax instruction:
                    Lower(instruction);
                    break;
            }
        }

        _scope = outer;
    }

    private void Declare(RegisterSyntax register)
    {
        if (register.Count >= 0)
        {
            _scope.AddFamily(register);
        }
        else if (register.VectorWidth > 1)
        {
            for (var i = 0; i < register.VectorWidth; i++)
            {
                var name = $"{register.Name}.{"xyzw"[i]}";
                _scope.Add(name, NewRegister(register.Type, name), register.Line);
            }
        }
        else
        {
            _scope.Add(register.Name, NewRegister(register.Type, register.Name), register.Line);
        }
    }

    internal RegisterSymbol NewRegister(PtxType type, string name)
    {
        var bytes = type == PtxType.Pred ? 4 : type.Size() * Warp.Lanes;
        var alignment = type == PtxType.Pred ? 4 : RowAlignment;
        _registerBytes = (_registerBytes + alignment - 1) / alignment * alignment;
        var register = new RegisterSymbol(type, _registerBytes, _registerCount++, name);
        _registerBytes += bytes;
        return register;
    }

    private void Lower(InstructionSyntax syntax)
    {
        _current = syntax;
        var first = _code.Count;
        _definitions.Begin(first);
        if (syntax.Guard is { } guard)
        {
            _definitions.Use(Register(guard));
        }

        if (!Instructions.TryLower(this, syntax))
        {
            throw new PtxException(syntax.Line, $"expected an instruction that the emulator knows, found '{syntax.FullName}'");
        }

        foreach (var instruction in _after)
        {
            Add(instruction);
        }

        _after.Clear();
        _definitions.End(_code.Count, syntax.Guard is not null);
    }

    /// <summary>Adds an instruction with the current guard and place.</summary>
    internal void Add(Instruction instruction)
    {
        if (_current is { } syntax)
        {
            instruction.Line = syntax.Line;
            instruction.Text = syntax.FullName;
            if (syntax.Guard is { } guard && instruction is not Join)
            {
                instruction.Guard = Register(guard).Offset;
                instruction.GuardFlip = syntax.IsGuardNegated ? uint.MaxValue : 0;
            }
        }

        (instruction.SourceFile, instruction.SourceLine) = (_sourceFile, _sourceLine);
        _code.Add(instruction);
    }

    /// <summary>Adds an instruction that helps another and is not counted.</summary>
    internal void AddHelper(Instruction instruction)
    {
        instruction.IsCounted = false;
        Add(instruction);
    }

    /// <summary>An instruction to be added behind the current one.</summary>
    internal void AddAfter(Instruction instruction)
    {
        instruction.IsCounted = false;
        _after.Add(instruction);
    }

    internal Symbol? Find(string name) => _scope.Find(name, NewRegister);

    internal RegisterSymbol Register(string name) => Find(name) as RegisterSymbol ?? throw Error($"expected a register, found '{name}'");

    internal int Label(string name) => Find(name) is LabelSymbol label ? label.Number : throw Error($"expected a label, found '{name}'");

    internal void WhenPlaced(int[] labels, Action<int[]> set) => _fixups.Add((labels, set, Syntax.Line));

    internal void WhenReturnPlaced(Action<int> set) => _returns.Add(set);

    /// <summary>A meeting place behind the current instruction.</summary>
    internal void AddJoin() => Add(new Join(_code.Count));

    internal FunctionCode Code(FunctionSymbol symbol) => _program.Function(symbol.Syntax);

    internal Definitions Definitions => _definitions;
}
