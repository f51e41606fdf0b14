using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace PlamoNative.Compilation;

/// <summary>
/// Compiles the kernels of one assembly to PTX, without a device. Level O1 with our own <see cref="PassList"/>: ILGPU's O2 moves loads across barriers and cannot be had here.
/// May be used from several threads.
/// </summary>
/// <param name="assembly">The assembly of the kernels; its custom instructions and those of the assemblies it refers to are known.</param>
public sealed class KernelCompiler(Assembly assembly)
{
    private readonly IntrinsicRegistry _intrinsics = IntrinsicRegistry.For(assembly ?? throw new ArgumentNullException(nameof(assembly)));

    /// <summary>The kernels of the assembly, by name.</summary>
    public IReadOnlyList<KernelDefinition> Kernels { get; } = KernelDefinition.Find(assembly);

    /// <summary>Compiles a kernel for an architecture. The same source gives the same text.</summary>
    /// <param name="kernel">One of <see cref="Kernels"/>.</param>
    /// <param name="target">The architecture, one of the kernel's <see cref="KernelDefinition.Targets"/> or newer.</param>
    /// <param name="lineInformation">Adds <c>.file</c> and <c>.loc</c>, so that profilers show C# lines; needs the assembly's symbols. The code stays the same.</param>
    /// <exception cref="KernelCompilationException">ILGPU refused; the reason is in it.</exception>
    public CompiledPtx Compile(KernelDefinition kernel, PtxTarget target, bool lineInformation = false)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        ArgumentNullException.ThrowIfNull(target);
        var first = PtxTarget.Parse(kernel.Declaration.Architecture);
        if (!target.Has(first))
        {
            throw new KernelCompilationException(kernel.Name, KernelDefinition.Describe(kernel.Method), $"it is declared for {first.Directive} and cannot be had for {target.Directive}");
        }

        return Describe(kernel, target, PtxText.Finish(Generate(kernel, target, lineInformation ? DebugSymbolsMode.KernelSourceAnnotations : DebugSymbolsMode.Disabled), kernel, target, ParameterLayout.Of(kernel), lineInformation));
    }

    /// <summary>What a finished text and its method say about a launch.</summary>
    internal static CompiledPtx Describe(KernelDefinition kernel, PtxTarget target, string text)
    {
        var parameters = ParameterLayout.Of(kernel);
        var bytes = parameters.Length == 0 ? 0 : parameters[^1].Offset + parameters[^1].Size;
        return new CompiledPtx(kernel, target, text, parameters, bytes, PtxText.StaticSharedBytes(text), PtxText.UsesDynamicShared(text));
    }

    /// <summary>ILGPU's own text. A failed kernel leaves its context unusable, so each gets one.</summary>
    private string Generate(KernelDefinition kernel, PtxTarget target, DebugSymbolsMode symbols)
    {
        try
        {
            using var context = Context.Create(builder =>
            {
                builder.Optimize(OptimizationLevel.O1);
                _intrinsics.Register(builder, target);

                // The builder's own method never assigns the mode; only the last one writes .loc.
                SetProperty(typeof(ContextProperties), builder, nameof(ContextProperties.DebugSymbolsMode), symbols);
            });
            var architecture = new CudaArchitecture(target.Major, target.Minor);
            var capabilities = new CudaCapabilityContext(architecture);
            SetProperty(typeof(CudaCapabilityContext), capabilities, nameof(CudaCapabilityContext.TargetArchitecture), architecture);
            using var backend = new PTXBackend(context, capabilities, architecture, new CudaInstructionSet(target.IsaMajor, target.IsaMinor), null);
            PassList.Install(backend);
            var compiled = backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel.Method), KernelSpecialization.Empty);
            return ((PTXCompiledKernel)compiled).PTXAssembly;
        }
        catch (Exception e) when (e is not (OutOfMemoryException or MissingMemberException))
        {
            if (symbols == DebugSymbolsMode.Disabled)
            {
                // With symbols the reason names the line; not read in every compilation, since that takes longer than the rest.
                return Generate(kernel, target, DebugSymbolsMode.Basic);
            }

            throw new KernelCompilationException(kernel.Name, KernelDefinition.Describe(kernel.Method), Reasons(e), e);
        }
    }

    private static string Reasons(Exception exception)
    {
        var messages = new List<string>();
        for (var e = exception; e != null; e = e is AggregateException { InnerExceptions.Count: > 0 } several ? several.InnerExceptions[0] : e.InnerException)
        {
            var line = string.Join(' ', e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            messages.Add(e is NullReferenceException or InvalidCastException or KeyNotFoundException ? $"{e.GetType().Name} in {e.TargetSite?.DeclaringType?.Name}.{e.TargetSite?.Name}: {line}" : line);
        }

        messages.Reverse();
        return string.Join("; ", messages.Distinct());
    }

    private static void SetProperty(Type type, object target, string name, object value)
    {
        var property = type.GetProperty(name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            ?? throw new MissingMemberException($"ILGPU's {type.Name} has no {name} any more: this version of ILGPU is not the one that this library was made for");
        property.SetValue(target, value);
    }
}
