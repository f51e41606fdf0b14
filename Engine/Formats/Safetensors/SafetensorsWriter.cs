namespace PlamoNative.Engine.Formats;

/// <summary>
/// Writes one safetensors file as a stream: all tensors are declared first, then their bytes follow in the order of <see cref="Tensors"/>, in pieces of
/// any size. The same content gives the same bytes. The file appears at <see cref="Complete"/> and not before; disposal without it leaves the old file.
/// </summary>
public sealed class SafetensorsWriter : IDisposable
{
    private readonly AtomicFile _file;
    private readonly TensorDataWriter _data;

    private SafetensorsWriter(AtomicFile file, TensorDeclaration[] tensors)
    {
        _file = file;
        Tensors = tensors;
        _data = new TensorDataWriter(file.Path, file.Stream, tensors, alignment: 1);
    }

    /// <summary>The declared tensors in the order in which their bytes must come: larger elements first, else as declared.</summary>
    public IReadOnlyList<TensorDeclaration> Tensors { get; }

    /// <summary>Starts a file and writes its header.</summary>
    /// <param name="path">The file; see <see cref="AtomicFile"/>.</param>
    /// <param name="tensors">Names, element types and shapes of all tensors.</param>
    /// <param name="metadata">Strings for <c>__metadata__</c>; sorted by key in the file.</param>
    /// <exception cref="ArgumentException">A name is used twice, a type is a block type, or a shape has no size.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static SafetensorsWriter Create(string path, IEnumerable<TensorDeclaration> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var ordered = SafetensorsLayout.Order(tensors);
        var header = SafetensorsLayout.Header(ordered, metadata);
        var file = AtomicFile.Create(path);
        try
        {
            file.Stream.Write(header);
            return new SafetensorsWriter(file, ordered);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes the next bytes of a tensor.</summary>
    /// <exception cref="InvalidOperationException">Another tensor's bytes are due, or the tensor has all its bytes.</exception>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public void Append(string name, ReadOnlySpan<byte> data) => _data.Append(name, data);

    /// <summary>Writes the next <paramref name="length"/> bytes of a tensor from memory of any size; see the other overload.</summary>
    public unsafe void Append(string name, byte* data, long length) => _data.Append(name, data, length);

    /// <summary>Makes the file appear.</summary>
    /// <exception cref="InvalidOperationException">Bytes of some tensor are missing.</exception>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public void Complete()
    {
        _data.Complete();
        _file.Commit();
    }

    /// <summary>Gives the file up unless it is complete.</summary>
    public void Dispose() => _file.Dispose();
}
