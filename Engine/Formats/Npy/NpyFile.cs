namespace PlamoNative.Engine.Formats;

/// <summary>
/// An npy file (versions 1 to 3), mapped and checked: one little-endian array in row-major order. Column-major data, other byte orders and Python objects
/// are refused by name. The elements are read where they lie.
/// </summary>
public sealed class NpyFile : IDisposable
{
    private readonly MappedFile _file;

    private NpyFile(MappedFile file, TensorEntry array)
    {
        _file = file;
        Array = array;
    }

    /// <summary>The path as it was given.</summary>
    public string Path => _file.Path;

    /// <summary>The array; its name is empty. Bits of bfloat16, which numpy lacks, come as unsigned 16-bit integers.</summary>
    public TensorEntry Array { get; }

    /// <summary>Maps a file and reads its header.</summary>
    /// <exception cref="ModelFormatException">The file is not valid npy, or holds an element type that is not supported.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static NpyFile Open(string path)
    {
        var file = MappedFile.Open(path);
        try
        {
            return new NpyFile(file, NpyHeader.Read(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes an array; the header is laid out as numpy lays it out.</summary>
    /// <param name="path">The file; see <see cref="AtomicFile"/>.</param>
    /// <param name="dtype">Element type; bfloat16 is stored as unsigned 16-bit integers. Block types are refused.</param>
    /// <param name="shape">Sizes of the dimensions, slowest first; empty for a scalar.</param>
    /// <param name="data">All elements.</param>
    /// <exception cref="ArgumentException">The data's length is not that of the shape, or npy lacks the type.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static void Write(string path, DType dtype, ReadOnlySpan<long> shape, ReadOnlySpan<byte> data)
    {
        using var writer = NpyWriter.Create(path, dtype, shape);
        if (data.Length != writer.ByteLength)
        {
            throw new ArgumentException($"{path}: {dtype.Name()} {TensorSize.Describe(shape)} has {writer.ByteLength} bytes, the data {data.Length}", nameof(data));
        }

        writer.Append(data);
        writer.Complete();
    }

    /// <summary>Gives the file's reference to its map back; whoever uses the array longer adds one to <see cref="TensorEntry.File"/>.</summary>
    public void Dispose() => _file.Dispose();
}
