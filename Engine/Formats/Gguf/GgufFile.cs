using System.Diagnostics.CodeAnalysis;

namespace PlamoNative.Engine.Formats;

/// <summary>
/// A GGUF file (version 2 or 3, little-endian), mapped and checked. Tensors are read where they lie; shapes are row-major, that is, in the reverse of the
/// file's order. A tensor of a type that is not supported is refused when the file is opened.
/// </summary>
public sealed class GgufFile : IDisposable
{
    private readonly MappedFile _file;
    private readonly GgufHeader _header;

    private GgufFile(MappedFile file, GgufHeader header)
    {
        _file = file;
        _header = header;
    }

    /// <summary>The path as it was given.</summary>
    public string Path => _file.Path;

    /// <summary>Version of the format.</summary>
    public int Version => (int)_header.Version;

    /// <summary>Every tensor starts at a multiple of this many bytes.</summary>
    public int Alignment => _header.Alignment;

    /// <summary>The metadata in the order of the file.</summary>
    public IReadOnlyList<GgufValue> Metadata => _header.Values;

    /// <summary>The tensors in the order of their descriptions.</summary>
    public IReadOnlyList<TensorEntry> Entries => _header.Entries;

    /// <summary>Maps a file and reads its header.</summary>
    /// <exception cref="ModelFormatException">The file is not valid GGUF, or holds a tensor type that is not supported.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static GgufFile Open(string path)
    {
        var file = MappedFile.Open(path);
        try
        {
            return new GgufFile(file, GgufHeader.Read(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Finds a metadata value.</summary>
    public bool TryGetValue(string key, [NotNullWhen(true)] out GgufValue? value) => _header.ValueByKey.TryGetValue(key, out value);

    /// <summary>The metadata value of that key.</summary>
    /// <exception cref="ModelFormatException">The file does not hold it.</exception>
    public GgufValue GetValue(string key) =>
        TryGetValue(key, out var value) ? value : throw new ModelFormatException(Path, $"metadata '{key}'", "a value", "no such key");

    /// <summary>Finds a tensor by name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out TensorEntry? entry) => _header.EntryByName.TryGetValue(name, out entry);

    /// <summary>The tensor of that name.</summary>
    /// <exception cref="ModelFormatException">The file does not hold it.</exception>
    public TensorEntry Get(string name) =>
        TryGet(name, out var entry) ? entry : throw new ModelFormatException(Path, $"tensor '{name}'", "a tensor of this name", "none");

    /// <summary>Gives the file's reference to its map back; whoever uses tensors longer adds one to <see cref="TensorEntry.File"/>.</summary>
    public void Dispose() => _file.Dispose();
}
