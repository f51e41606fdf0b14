using System.Text;

namespace PlamoNative.Engine.Formats;

/// <summary>
/// Writes a GGUF file (version 3, alignment 32) as a stream: metadata and all tensors are declared first, then their bytes follow in the same order, in
/// pieces of any size. The same content gives the same bytes. The file appears at <see cref="Complete"/> and not before.
/// </summary>
public sealed class GgufWriter : IDisposable
{
    private readonly AtomicFile _file;
    private readonly TensorDataWriter _data;

    private GgufWriter(AtomicFile file, TensorDeclaration[] tensors)
    {
        _file = file;
        Tensors = tensors;
        _data = new TensorDataWriter(file.Path, file.Stream, tensors, GgufLimits.DefaultAlignment);
    }

    /// <summary>The declared tensors in the order in which their bytes must come.</summary>
    public IReadOnlyList<TensorDeclaration> Tensors { get; }

    /// <summary>Starts a file and writes its header.</summary>
    /// <param name="path">The file; see <see cref="AtomicFile"/>.</param>
    /// <param name="metadata">Keys and values.</param>
    /// <param name="tensors">
    /// Names (at most 63 bytes), types and row-major shapes (at most four dimensions) of all tensors. A scalar is written as a vector of one element.
    /// </param>
    /// <exception cref="ArgumentException">A name is used twice, empty or too long, GGUF lacks the type, or a shape has no size.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static GgufWriter Create(string path, GgufMetadata metadata, IEnumerable<TensorDeclaration> tensors)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        var declared = tensors.ToArray();
        using var header = new MemoryStream();
        WriteHeader(header, metadata, declared);
        var file = AtomicFile.Create(path);
        try
        {
            file.Stream.Write(header.GetBuffer().AsSpan(0, (int)header.Length));
            return new GgufWriter(file, declared);
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

    private static void WriteHeader(MemoryStream header, GgufMetadata metadata, TensorDeclaration[] tensors)
    {
        using var writer = new BinaryWriter(header, Encoding.UTF8, leaveOpen: true);
        writer.Write(GgufLimits.Magic);
        writer.Write(GgufLimits.Version);
        writer.Write((ulong)tensors.Length);
        writer.Write((ulong)metadata.Count);
        writer.Write(metadata.Bytes);
        var names = new HashSet<string>(StringComparer.Ordinal);
        var offset = 0L;
        foreach (var tensor in tensors)
        {
            var name = StrictUtf8.IsText(tensor.Name) ? StrictUtf8.Encode(tensor.Name) : [];
            if (name.Length is 0 or > GgufLimits.MaxWrittenNameBytes || !names.Add(tensor.Name))
            {
                throw new ArgumentException($"tensor {OneLine.Clean(tensor.Name)}: the name is taken, no text, or not 1 to {GgufLimits.MaxWrittenNameBytes} bytes long", nameof(tensors));
            }

            var type = GgufLimits.Number(tensor.DType);
            if (type is null || tensor.Shape.Length > GgufLimits.MaxRank)
            {
                throw new ArgumentException($"tensor {OneLine.Clean(tensor.Name)}: GGUF has no {tensor.DType.Name()}, or no {tensor.Shape.Length} dimensions", nameof(tensors));
            }

            writer.Write((ulong)name.Length);
            writer.Write(name);
            long[] shape = tensor.Shape.Length == 0 ? [1] : tensor.Shape;
            writer.Write((uint)shape.Length);
            for (var i = shape.Length - 1; i >= 0; i--)
            {
                writer.Write((ulong)shape[i]);
            }

            writer.Write(type.Value);
            writer.Write((ulong)offset);
            offset = checked(GgufLimits.Align(checked(offset + tensor.ByteLength), GgufLimits.DefaultAlignment));
        }

        while (header.Length % GgufLimits.DefaultAlignment != 0)
        {
            writer.Write((byte)0);
        }
    }
}
