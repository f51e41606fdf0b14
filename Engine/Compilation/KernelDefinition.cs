using System.Reflection;
using PlamoNative.Engine;

namespace PlamoNative.Compilation;

/// <summary>A kernel as declared: a method without open type parameters, and what its attribute says.</summary>
public sealed class KernelDefinition
{
    private KernelDefinition(string name, MethodInfo method, GpuKernelAttribute declaration)
        => (Name, Method, Declaration) = (name, method, declaration);

    /// <summary><c>Class.Method</c>, or <c>Class.Method.suffix</c> for a variant.</summary>
    public string Name { get; }

    /// <summary>The entry in PTX: the name with <c>_</c> for <c>.</c>.</summary>
    public string Entry => Name.Replace('.', '_');

    /// <summary>The method; closed over the variant's types where it was generic.</summary>
    public MethodInfo Method { get; }

    /// <summary>Block, registers, first architecture, expected instructions.</summary>
    public GpuKernelAttribute Declaration { get; }

    /// <summary>The architectures that it is compiled for.</summary>
    public IEnumerable<PtxTarget> Targets => PtxTarget.From(PtxTarget.Parse(Declaration.Architecture));

    /// <summary>Every kernel of an assembly, by name.</summary>
    /// <param name="assembly">An assembly whose methods carry <see cref="GpuKernelAttribute"/>.</param>
    /// <exception cref="KernelCompilationException">A declaration is wrong: not static, generic without variants, two of a name.</exception>
    public static IReadOnlyList<KernelDefinition> Find(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        const BindingFlags Any = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var found = new SortedDictionary<string, KernelDefinition>(StringComparer.Ordinal);
        var entries = new HashSet<string>(StringComparer.Ordinal);
        foreach (var method in assembly.GetTypes().SelectMany(t => t.GetMethods(Any)))
        {
            if (method.GetCustomAttribute<GpuKernelAttribute>() is not { } declaration)
            {
                continue;
            }

            foreach (var kernel in Variants(method, declaration))
            {
                if (!found.TryAdd(kernel.Name, kernel) || !entries.Add(kernel.Entry))
                {
                    throw new KernelCompilationException(kernel.Name, Describe(method), "another kernel has this name");
                }
            }
        }

        return [.. found.Values];
    }

    /// <summary>A kernel that carries no attribute of its own.</summary>
    internal static KernelDefinition Declare(MethodInfo method, GpuKernelAttribute declaration) => Variants(method, declaration).Single();

    internal static string Describe(MethodInfo method) => $"{method.DeclaringType?.FullName}.{method.Name}";

    private static IEnumerable<KernelDefinition> Variants(MethodInfo method, GpuKernelAttribute declaration)
    {
        var name = $"{method.DeclaringType!.Name}.{method.Name}";
        var variants = method.GetCustomAttributes<GpuKernelVariantAttribute>().ToArray();
        var problem = !method.IsStatic ? "the method is not static"
            : method.ReturnType != typeof(void) ? "the method returns something"
            : method.DeclaringType.IsGenericType ? "its class is generic; make the method generic"
            : declaration.BlockThreads is < 1 or > 1024 ? $"a block has 1 to 1024 threads, not {declaration.BlockThreads}"
            : PtxTarget.All.All(t => t.Name != declaration.Architecture) ? $"architecture '{declaration.Architecture}' is none of {string.Join(", ", PtxTarget.All.Select(t => t.Name))}"
            : method.IsGenericMethodDefinition && variants.Length == 0 ? "the method is generic and declares no [GpuKernelVariant]"
            : variants.FirstOrDefault(v => v.TypeArguments.Count != method.GetGenericArguments().Length) is { } wrong
                ? $"variant '{wrong.Suffix}' gives {wrong.TypeArguments.Count} types, the method has {method.GetGenericArguments().Length} parameters"
            : null;
        if (problem != null)
        {
            throw new KernelCompilationException(name, Describe(method), problem);
        }

        return variants.Length == 0
            ? [new(name, method, declaration)]
            : variants.Select(v => new KernelDefinition(
                $"{name}.{v.Suffix}",
                method.IsGenericMethodDefinition ? method.MakeGenericMethod([.. v.TypeArguments]) : method,
                declaration));
    }
}
