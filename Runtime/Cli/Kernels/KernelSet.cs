using PlamoNative.Cli.Parsing;
using PlamoNative.Engine;

namespace PlamoNative.Cli.Kernels;

/// <summary>The shipped GPU kernels and what the assembler said of them.</summary>
internal sealed class KernelSet(KernelLibrary library, AssemblyTable table)
{
    internal KernelLibrary Library => library;

    internal AssemblyTable Table => table;

    /// <summary>The kernels of this product.</summary>
    /// <exception cref="UsageException">It was deployed without them.</exception>
    internal static KernelSet Shipped()
    {
        try
        {
            // A constant name, so that trimming keeps the resources.
            var resources = Type.GetType("PlamoNative.Kernels.Ptx.KernelResources, PlamoNative.Kernels.Ptx", throwOnError: false);
            using var report = resources?.Assembly.GetManifestResourceStream(AssemblyTable.ResourceName);
            return new KernelSet(KernelLibrary.Default, AssemblyTable.Read(report));
        }
        catch (KernelNotFoundException absent)
        {
            throw new UsageException(absent.Message);
        }
    }

    /// <summary>The architecture that an option names, or null where it is not given.</summary>
    internal static GpuArchitecture? ParseArchitecture(string? text, string option) => text switch
    {
        null => null,
        _ when GpuArchitecture.TryParse(text, out var architecture) => architecture,
        _ => throw UsageException.ForOption(option, "an architecture such as sm_80 or sm_90a", OptionValues.Quoted(text)),
    };

    /// <summary>All kernels for all targets by name and target; with an architecture the one target of each kernel that its devices run.</summary>
    internal IReadOnlyList<KernelManifest> List(GpuArchitecture? architecture)
    {
        var all = library.Kernels.OrderBy(static kernel => kernel.Name, StringComparer.Ordinal).ThenBy(static kernel => kernel.Architecture.Target, StringComparer.Ordinal);
        return architecture is not { } device
            ? [.. all]
            : [.. all.GroupBy(static kernel => kernel.Name, StringComparer.Ordinal).Select(targets => Pick([.. targets], device)).OfType<KernelManifest>()];
    }

    /// <summary>One kernel: the target named, or what a device of that architecture runs, or the highest where none is named.</summary>
    internal KernelManifest Find(string name, GpuArchitecture? architecture, string option)
    {
        var targets = library.Kernels.Where(kernel => kernel.Name == name).ToArray();
        if (targets.Length == 0)
        {
            throw new UsageException($"kernel {OptionValues.Quoted(name)}: expected one of the {library.Kernels.Select(static kernel => kernel.Name).Distinct().Count()} that 'plamo kernels list' names"
                + NearestName.Hint(name, library.Kernels.Select(static kernel => kernel.Name).Distinct()));
        }

        return architecture is not { } device
            ? targets.OrderByDescending(static kernel => kernel.Architecture.Target, StringComparer.Ordinal).First()
            : Pick(targets, device) ?? throw UsageException.ForOption(
                option, $"an architecture that {name} is there for ({string.Join(", ", targets.Select(static kernel => kernel.Architecture.Target).Order(StringComparer.Ordinal))})", device.Target);
    }

    // The target itself if there is one; else the highest that a device of this number runs.
    private static KernelManifest? Pick(IReadOnlyList<KernelManifest> targets, GpuArchitecture device) =>
        targets.FirstOrDefault(kernel => kernel.Architecture == device)
        ?? targets.Where(kernel => kernel.Architecture.RunsOn(device.Major, device.Minor)).OrderByDescending(static kernel => kernel.Architecture.Target, StringComparer.Ordinal).FirstOrDefault();
}
