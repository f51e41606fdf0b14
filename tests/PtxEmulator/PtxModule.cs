using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Lowering;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator;

/// <summary>A PTX text on a machine: its global variables have addresses.</summary>
public sealed class PtxModule
{
    private readonly Dictionary<string, PtxKernel> _kernels = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    internal PtxModule(Machine machine, ModuleSyntax syntax)
    {
        (Machine, Syntax) = (machine, syntax);
        Globals = ModuleVariables.Place(machine.Memory, syntax);
        Architecture = machine.Options.Architecture != 0 ? machine.Options.Architecture : TargetNumber(syntax.Target);
    }

    /// <summary>The names of the entry functions, in the order of the text.</summary>
    public IReadOnlyList<string> KernelNames => [.. Syntax.Functions.Where(function => function is { IsEntry: true, Body: not null }).Select(function => function.Name)];

    /// <summary>The target of the text: <c>sm_80</c>.</summary>
    public string Target => Syntax.Target;

    internal Machine Machine { get; }

    internal ModuleSyntax Syntax { get; }

    internal ModuleVariables Globals { get; }

    /// <summary>The number of the architecture whose numerics apply.</summary>
    internal int Architecture { get; }

    /// <summary>An entry function, ready to run.</summary>
    /// <exception cref="ArgumentException">The module has no such entry.</exception>
    /// <exception cref="PtxException">It uses something that the emulator does not know.</exception>
    public PtxKernel Kernel(string name)
    {
        lock (_gate)
        {
            if (!_kernels.TryGetValue(name, out var kernel))
            {
                var syntax = Syntax.Functions.Find(function => function.Name == name && function is { IsEntry: true, Body: not null })
                    ?? throw Unknown($"expected an entry function of the module ({string.Join(", ", KernelNames)}), found '{name}'");
                _kernels.Add(name, kernel = new(this, syntax));
            }

            return kernel;
        }
    }

    /// <summary>The address of a variable in global or constant memory.</summary>
    /// <exception cref="ArgumentException">The module has no such variable.</exception>
    public ulong Address(string variable) => Globals.TryFind(variable, out var region)
        ? region.Start
        : throw Unknown($"expected a global variable of the module, found '{variable}'");

    private static ArgumentException Unknown(string message) => new(message);

    private static int TargetNumber(string target)
    {
        var digits = target.StartsWith("sm_", StringComparison.Ordinal) ? target[3..].TrimEnd('a', 'f') : "";
        return int.TryParse(digits, out var number) ? number : 80;
    }
}

/// <summary>A parameter of a kernel in the buffer that a launch takes.</summary>
/// <param name="Name">As in the text.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Size">Bytes.</param>
public sealed record KernelParameter(string Name, int Offset, int Size);

/// <summary>An entry function with the functions it calls, resolved for execution.</summary>
public sealed class PtxKernel
{
    private const int MaximumParameterBytes = 32764;

    internal PtxKernel(PtxModule module, FunctionSyntax syntax)
    {
        (Module, Syntax) = (module, syntax);
        var offset = 0;
        var parameters = new List<KernelParameter>();
        foreach (var parameter in syntax.Parameters)
        {
            var alignment = parameter.EffectiveAlignment;
            offset = (offset + alignment - 1) / alignment * alignment;
            if (parameter.Size > MaximumParameterBytes)
            {
                throw new PtxException(parameter.Line, $"expected at most {MaximumParameterBytes} bytes of parameters, found {parameter.Size} in '{parameter.Name}'");
            }

            parameters.Add(new(parameter.Name, offset, (int)parameter.Size));
            offset += (int)parameter.Size;
            if (offset > MaximumParameterBytes)
            {
                throw new PtxException(parameter.Line, $"expected at most {MaximumParameterBytes} bytes of parameters, found {offset} with '{parameter.Name}'");
            }
        }

        Parameters = parameters;
        ParameterBytes = offset;
        Code = ProgramBuilder.Build(this);
    }

    /// <summary>The entry's name.</summary>
    public string Name => Syntax.Name;

    /// <summary>The parameters in order.</summary>
    public IReadOnlyList<KernelParameter> Parameters { get; }

    /// <summary>Bytes of all parameters.</summary>
    public int ParameterBytes { get; }

    /// <summary>Bytes of static shared memory, gaps between variables not counted.</summary>
    public int StaticSharedBytes => Code.StaticSharedBytes;

    /// <summary>The cluster that the text demands, or one block.</summary>
    public Extent ClusterSize => Syntax.RequiredCluster is { } sizes ? new(sizes[0], sizes[1], sizes[2]) : new(1);

    internal PtxModule Module { get; }

    internal FunctionSyntax Syntax { get; }

    internal ProgramCode Code { get; }

    internal ClusterPool Clusters { get; } = new();
}
