namespace PlamoNative.Engine.Formats;

/// <summary>Writes an npy file as a stream: the shape first, then the elements in pieces of any size. The file appears at <see cref="Complete"/>.</summary>
public sealed class NpyWriter : IDisposable
{
    private readonly AtomicFile _file;
    private readonly TensorDataWriter _data;

    private NpyWriter(AtomicFile file, TensorDeclaration array)
    {
        _file = file;
        ByteLength = array.ByteLength;
        _data = new TensorDataWriter(file.Path, file.Stream, [array], alignment: 1);
    }

    /// <summary>Bytes that must come in all.</summary>
    public long ByteLength { get; }

    /// <summary>Starts a file and writes its header.</summary>
    /// <param name="path">The file; see <see cref="AtomicFile"/>.</param>
    /// <param name="dtype">Element type; bfloat16 is stored as unsigned 16-bit integers.</param>
    /// <param name="shape">Sizes of the dimensions, slowest first; empty for a scalar.</param>
    /// <exception cref="ArgumentException">npy lacks the type, or the shape has no size.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static NpyWriter Create(string path, DType dtype, ReadOnlySpan<long> shape)
    {
        if (shape.Length > NpyHeader.MaxRank)
        {
            throw new ArgumentException($"npy arrays have at most {NpyHeader.MaxRank} dimensions, not {shape.Length}", nameof(shape));
        }

        var header = NpyHeader.Write(dtype, shape);
        var array = new TensorDeclaration("", dtype, shape.ToArray());
        _ = array.ByteLength;
        var file = AtomicFile.Create(path);
        try
        {
            file.Stream.Write(header);
            return new NpyWriter(file, array);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes the next bytes.</summary>
    /// <exception cref="InvalidOperationException">All bytes came before.</exception>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public void Append(ReadOnlySpan<byte> data) => _data.Append("", data);

    /// <summary>Writes the next <paramref name="length"/> bytes from memory of any size; see the other overload.</summary>
    public unsafe void Append(byte* data, long length) => _data.Append("", data, length);

    /// <summary>Makes the file appear.</summary>
    /// <exception cref="InvalidOperationException">Bytes are missing.</exception>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public void Complete()
    {
        _data.Complete();
        _file.Commit();
    }

    /// <summary>Gives the file up unless it is complete.</summary>
    public void Dispose() => _file.Dispose();
}
