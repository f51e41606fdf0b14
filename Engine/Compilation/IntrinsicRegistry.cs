using System.Reflection;
using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using PlamoNative.Engine;

namespace PlamoNative.Compilation;

/// <summary>The methods with <see cref="PtxInstructionAttribute"/> that a kernel's assembly can call, each with the first architecture that has it.</summary>
internal sealed class IntrinsicRegistry
{
    private readonly MethodInfo[] _methods;

    private IntrinsicRegistry(MethodInfo[] methods) => _methods = methods;

    /// <summary>Looks through an assembly and those it refers to, where they refer to Engine.</summary>
    public static IntrinsicRegistry For(Assembly assembly)
    {
        var seen = new HashSet<Assembly>();
        Visit(assembly, seen);
        const BindingFlags Any = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var methods = seen.SelectMany(a => a.GetTypes()).SelectMany(t => t.GetMethods(Any)).Where(m => m.IsDefined(typeof(PtxInstructionAttribute))).ToArray();
        foreach (var method in methods)
        {
            if (!method.IsDefined(typeof(IntrinsicImplementationAttribute)))
            {
                throw new KernelCompilationException(method.Name, KernelDefinition.Describe(method), "a method with [PtxInstruction] needs ILGPU's [IntrinsicImplementation] too");
            }
        }

        return new IntrinsicRegistry(methods);
    }

    /// <summary>
    /// Makes the calls known to a context. Those that the target does not have are left out, so that a kernel which uses them fails with their name.
    /// </summary>
    public void Register(Context.Builder builder, PtxTarget target)
    {
        var manager = builder.GetIntrinsicManager();
        foreach (var method in _methods)
        {
            if (target.Has(PtxTarget.Parse(method.GetCustomAttribute<PtxInstructionAttribute>()!.Architecture)))
            {
                manager.RegisterMethod(method, new PTXIntrinsic(typeof(InstructionHandler), nameof(InstructionHandler.Generate), IntrinsicImplementationMode.GenerateCode));
            }
        }
    }

    /// <summary>Whether kernels' code can be in an assembly: it is Engine or refers to it.</summary>
    public static bool IsOurs(Assembly assembly)
    {
        var engine = typeof(PtxInstructionAttribute).Assembly;
        return assembly == engine || (!IsPlatform(assembly.GetName().Name!) && assembly.GetReferencedAssemblies().Any(r => r.Name == engine.GetName().Name));
    }

    private static void Visit(Assembly assembly, HashSet<Assembly> seen)
    {
        var engine = typeof(PtxInstructionAttribute).Assembly.GetName().Name;
        var references = assembly.GetReferencedAssemblies();
        if (references.Any(r => r.Name == engine) && seen.Add(assembly))
        {
            foreach (var reference in references.Where(r => r.Name != engine && !IsPlatform(r.Name!)))
            {
                if (TryLoad(reference) is { } loaded)
                {
                    Visit(loaded, seen);
                }
            }
        }
    }

    /// <summary>Null where it is not there: a kernel that needs it fails with its name, others need not care.</summary>
    private static Assembly? TryLoad(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static bool IsPlatform(string name)
        => name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal) || name.StartsWith("ILGPU", StringComparison.Ordinal)
            || name is "netstandard" or "mscorlib";
}
