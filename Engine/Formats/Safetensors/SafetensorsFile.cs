using System.Diagnostics.CodeAnalysis;

namespace PlamoNative.Engine.Formats;

/// <summary>
/// A safetensors file, mapped and checked: <c>u64 header length | JSON header | data</c>. Tensors are read where they lie. Holes, overlaps, bytes that
/// belong to no tensor and duplicate names are refused, as the format demands; unknown keys are accepted.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private readonly MappedFile _file;
    private readonly Dictionary<string, TensorEntry> _byName;

    private SafetensorsFile(MappedFile file, SafetensorsHeader header)
    {
        _file = file;
        _byName = header.ByName;
        Entries = header.Entries;
        Metadata = header.Metadata;
    }

    /// <summary>The path as it was given.</summary>
    public string Path => _file.Path;

    /// <summary>The tensors in the order of their bytes.</summary>
    public IReadOnlyList<TensorEntry> Entries { get; }

    /// <summary>The strings under <c>__metadata__</c>; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Maps a file and reads its header.</summary>
    /// <exception cref="ModelFormatException">The file is not valid safetensors, or holds an element type that is not supported.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static SafetensorsFile Open(string path)
    {
        var file = MappedFile.Open(path);
        try
        {
            return new SafetensorsFile(file, SafetensorsHeader.Read(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Finds a tensor by name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out TensorEntry? entry) => _byName.TryGetValue(name, out entry);

    /// <summary>The tensor of that name.</summary>
    /// <exception cref="ModelFormatException">The file does not hold it.</exception>
    public TensorEntry Get(string name) =>
        TryGet(name, out var entry) ? entry : throw new ModelFormatException(Path, $"tensor '{name}'", "a tensor of this name", "none");

    /// <summary>Gives the file's reference to its map back; whoever uses tensors longer adds one to <see cref="TensorEntry.File"/>.</summary>
    public void Dispose() => _file.Dispose();
}
