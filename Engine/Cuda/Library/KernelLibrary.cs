using System.Reflection;
using System.Text;

namespace PlamoNative.Engine;

/// <summary>
/// Kernels that were compiled beforehand: PTX texts and what a launch must know of each. Nothing here generates code. A device takes for each kernel the
/// highest target that it can run (see <see cref="GpuArchitecture"/>).
/// </summary>
public sealed class KernelLibrary
{
    private static readonly Lazy<KernelLibrary> Shipped = new(LoadShipped);

    private readonly byte[] _file;
    private readonly KernelLibraryReader.StoredText[] _texts;
    private readonly Dictionary<string, List<KernelManifest>> _byName = new(StringComparer.Ordinal);

    private KernelLibrary(byte[] file, string source)
    {
        _file = file;
        Source = source;
        (var kernels, _texts) = KernelLibraryReader.Read(file, source);
        Kernels = kernels;
        foreach (var kernel in kernels)
        {
            if (!_byName.TryGetValue(kernel.Name, out var targets))
            {
                _byName.Add(kernel.Name, targets = []);
            }

            if (targets.Exists(other => other.Architecture == kernel.Architecture))
            {
                throw new ModelFormatException(source, kernel.Name, "one kernel for each target", $"two for {kernel.Architecture.Target}");
            }

            targets.Add(kernel);
        }

        foreach (var targets in _byName.Values)
        {
            targets.Sort((left, right) => right.Architecture.CompareTo(left.Architecture));
        }
    }

    /// <summary>The kernels of this product, from the assembly PlamoNative.Kernels.Ptx.</summary>
    /// <exception cref="KernelNotFoundException">The program was deployed without that assembly.</exception>
    /// <exception cref="ModelFormatException">The assembly's resource is damaged or of another version.</exception>
    public static KernelLibrary Default => Shipped.Value;

    /// <summary>The file or assembly that the kernels come from, for messages.</summary>
    public string Source { get; }

    /// <summary>Every kernel for every target, by name and target.</summary>
    public IReadOnlyList<KernelManifest> Kernels { get; }

    /// <summary>Reads the kernels of an assembly, which has them as the resource <c>kernels.bin</c>.</summary>
    /// <exception cref="KernelNotFoundException">It has no such resource.</exception>
    /// <exception cref="ModelFormatException">The resource is damaged or of another version.</exception>
    public static KernelLibrary Load(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        var name = assembly.GetName().Name ?? "an assembly";
        using var stream = assembly.GetManifestResourceStream(KernelLibraryFormat.ResourceName)
            ?? throw new KernelNotFoundException("*", $"{name} has no resource {KernelLibraryFormat.ResourceName}");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return new KernelLibrary(bytes.ToArray(), $"{name}/{KernelLibraryFormat.ResourceName}");
    }

    /// <summary>Reads the content of a <c>kernels.bin</c>.</summary>
    /// <param name="content">The whole file; it is kept.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <exception cref="ModelFormatException">The content is damaged or of another version.</exception>
    public static KernelLibrary Read(byte[] content, string source)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(source);
        return new KernelLibrary(content, source);
    }

    /// <summary>The highest target of a kernel that a device can run.</summary>
    /// <param name="name"><c>Class.Method.suffix</c>.</param>
    /// <param name="major">9 of compute capability 9.0.</param>
    /// <param name="minor">0 of it.</param>
    /// <exception cref="KernelNotFoundException">There is no such kernel, or none for this device.</exception>
    public KernelManifest Find(string name, int major, int minor)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!_byName.TryGetValue(name, out var targets))
        {
            throw new KernelNotFoundException(name, $"not among the {_byName.Count} kernels of {Source}{NearestName.Hint(name, _byName.Keys)}");
        }

        return targets.Find(target => target.Architecture.RunsOn(major, minor)) ?? throw new KernelNotFoundException(
            name, $"the device has compute capability {major}.{minor}, and the kernel is there for {string.Join(", ", targets.Select(target => target.Architecture.Target))}");
    }

    /// <summary>Whether there is a kernel of a name, for some target.</summary>
    public bool Contains(string name) => _byName.ContainsKey(name);

    /// <summary>The PTX text of a kernel of this library, as the driver gets it.</summary>
    /// <exception cref="ModelFormatException">The text is damaged.</exception>
    public string Text(KernelManifest kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        var place = _texts[kernel.Text];
        var bytes = KernelLibraryReader.Unpack(_file, place.Offset, place.Stored, place.Length, Source, kernel.Name);
        var text = Encoding.UTF8.GetString(bytes).Replace(KernelLibraryFormat.TargetPlaceholder, kernel.Architecture.Target, StringComparison.Ordinal);
        return KernelLibraryFormat.Hash(text) == kernel.Sha256
            ? text
            : throw new ModelFormatException(Source, kernel.Name, $"a text with the hash {kernel.Sha256}", KernelLibraryFormat.Hash(text));
    }

    private static KernelLibrary LoadShipped()
    {
        // A constant name: the trimmer and NativeAOT see it and keep the type, and with it the assembly and its resource; where there is none, nothing is kept.
        var type = Type.GetType(KernelLibraryFormat.ResourceType + ", " + KernelLibraryFormat.ResourceAssembly, throwOnError: false);
        return type is not null
            ? Load(type.Assembly)
            : throw new KernelNotFoundException("*", $"the assembly {KernelLibraryFormat.ResourceAssembly} is not there: this program was deployed without GPU kernels");
    }
}
