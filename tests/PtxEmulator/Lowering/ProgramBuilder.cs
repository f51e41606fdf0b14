using PlamoNative.PtxEmulator.Memory;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>Resolves a kernel and every function that it may reach; places their shared variables.</summary>
internal sealed class ProgramBuilder
{
    private readonly Queue<(FunctionSyntax Syntax, FunctionCode Code)> _pending = new();
    private readonly Dictionary<(FunctionSyntax?, string), VariableSymbol> _shared = [];
    private int _sharedEnd = (int)AddressMap.SharedBase;

    private ProgramBuilder(PtxKernel kernel) => Kernel = kernel;

    internal PtxKernel Kernel { get; }

    internal ModuleSyntax Module => Kernel.Module.Syntax;

    internal ModuleVariables Globals => Kernel.Module.Globals;

    internal ProgramCode Program { get; } = new();


    internal static ProgramCode Build(PtxKernel kernel)
    {
        var builder = new ProgramBuilder(kernel);
        builder.CollectShared();
        builder.Program.Entry = builder.Function(kernel.Syntax);

        // Tables of functions are read by calls that name none.
        foreach (var symbol in builder.Module.Variables.SelectMany(variable => variable.Initializers).Select(initializer => initializer.Symbol))
        {
            if (symbol is not null && builder.Module.Functions.Find(function => function.Name == symbol && function.Body is not null) is { } function)
            {
                builder.Function(function);
            }
        }

        while (builder._pending.TryDequeue(out var next))
        {
            new FunctionBuilder(builder, next.Syntax, next.Code).Build();
        }

        return builder.Program;
    }

    /// <summary>The code of a function that is called, or whose address is taken.</summary>
    internal FunctionCode Function(FunctionSyntax syntax)
    {
        var number = Globals.FunctionNumbers[syntax.Name];
        if (!Program.ByNumber.TryGetValue(number, out var code))
        {
            var body = syntax.Body is not null ? syntax : Module.Functions.Find(function => function.Name == syntax.Name && function.Body is not null);
            if (body is null)
            {
                throw new PtxException(syntax.Line, $"expected a body of the function '{syntax.Name}', found only its declaration");
            }

            Program.ByNumber.Add(number, code = new(syntax.Name, body.IsEntry, number));
            _pending.Enqueue((body, code));
        }

        return code;
    }

    /// <summary>The symbol of a variable with a fixed address.</summary>
    internal VariableSymbol Variable(VariableSyntax variable, FunctionSyntax? owner)
    {
        if (variable.Space == StateSpace.Shared)
        {
            return _shared[(owner, variable.Name)];
        }

        if (!Globals.TryFind(variable.Name, out var region))
        {
            throw new PtxException(variable.Line, $"expected a variable with a place, found '{variable.Name}'");
        }

        return new(variable.Space, region.Start, 0, variable.Size);
    }

    /// <summary>True for a shared variable of the module that this kernel uses.</summary>
    internal bool IsPlaced(VariableSyntax variable) => _shared.ContainsKey((null, variable.Name));

    /// <summary>
    /// Shared variables that the kernel or its functions name get a place each, with bytes of nobody between them. Variables of other kernels of the
    /// module take no room. All dynamic arrays share one start, behind the rest.
    /// </summary>
    private void CollectShared()
    {
        var reached = Reached();
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var function in reached)
        {
            Names(function.Body!, used);
        }

        var wanted = Module.Variables.Where(variable => used.Contains(variable.Name)).Select(variable => (Owner: (FunctionSyntax?)null, Variable: variable))
            .Concat(reached.SelectMany(function => Nested(function.Body!).Select(variable => (Owner: (FunctionSyntax?)function, Variable: variable))))
            .Where(pair => pair.Variable.Space == StateSpace.Shared).ToList();
        var statics = 0L;
        foreach (var (owner, variable) in wanted.Where(pair => !IsDynamic(pair.Variable)))
        {
            var alignment = Math.Max(variable.EffectiveAlignment, 16);
            var start = (_sharedEnd + alignment - 1) / alignment * alignment;
            statics = ((statics + variable.EffectiveAlignment - 1) / variable.EffectiveAlignment * variable.EffectiveAlignment) + variable.Size;
            if (statics > 1 << 20)
            {
                throw new PtxException(variable.Line, $"expected at most 1 MB of shared variables, found {statics} bytes with '{variable.Name}'");
            }

            Program.SharedVariables.Add((variable.Name, start, start + (int)variable.Size));
            _shared.TryAdd((owner, variable.Name), new(StateSpace.Shared, (ulong)start, AddressMap.SharedWindow, variable.Size));
            _sharedEnd = start + (int)variable.Size + AddressMap.GuardBytes;
        }

        _sharedEnd = (_sharedEnd + 1023) / 1024 * 1024;
        foreach (var (owner, variable) in wanted.Where(pair => IsDynamic(pair.Variable)))
        {
            _shared.TryAdd((owner, variable.Name), new(StateSpace.Shared, (ulong)_sharedEnd, AddressMap.SharedWindow, 0));
        }

        Program.StaticSharedBytes = (int)statics;
        Program.SharedEnd = _sharedEnd;
    }

    private static bool IsDynamic(VariableSyntax variable) => variable.IsExtern || variable is { IsArray: true, Count: 0 };

    private static IEnumerable<VariableSyntax> Nested(BlockSyntax block) => block.Variables.Concat(block.Statements.OfType<BlockSyntax>().SelectMany(Nested));

    private List<FunctionSyntax> Reached()
    {
        // Indirect calls may reach any function whose name a body or an initial value mentions; taking them all is simple and never too few.
        var reached = new List<FunctionSyntax> { Kernel.Syntax };
        reached.AddRange(Module.Functions.Where(function => function is { IsEntry: false, Body: not null }));
        return reached;
    }

    private static void Names(BlockSyntax block, HashSet<string> into)
    {
        foreach (var statement in block.Statements)
        {
            if (statement is BlockSyntax inner)
            {
                Names(inner, into);
            }
            else if (statement is InstructionSyntax instruction)
            {
                instruction.Operands.ForEach(operand => Names(operand, into));
            }
        }
    }

    private static void Names(OperandSyntax operand, HashSet<string> into)
    {
        switch (operand)
        {
            case NameOperand name:
                into.Add(name.Name);
                break;
            case AddressOperand address:
                Names(address.Base, into);
                break;
            case VectorOperand vector:
                vector.Elements.ForEach(element => Names(element, into));
                break;
            case ListOperand list:
                list.Elements.ForEach(element => Names(element, into));
                break;
        }
    }
}
