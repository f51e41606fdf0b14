namespace PlamoNative.Engine.Formats;

/// <summary>Takes the bytes of declared tensors in order and in pieces, and sees to it that each gets exactly as many as it was declared with.</summary>
internal sealed class TensorDataWriter(string path, Stream stream, TensorDeclaration[] tensors, int alignment)
{
    private int _current = -1;
    private long _missing;

    internal unsafe void Append(string name, byte* data, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Enter(name, length);
        for (var offset = 0L; offset < length;)
        {
            var part = (int)Math.Min(length - offset, 1 << 30);
            stream.Write(new ReadOnlySpan<byte>(data + offset, part));
            offset += part;
        }
    }

    internal void Append(string name, ReadOnlySpan<byte> data)
    {
        Enter(name, data.Length);
        stream.Write(data);
    }

    /// <summary>Checks that nothing is missing; tensors without elements need no data.</summary>
    internal void Complete()
    {
        Leave();
        while (++_current < tensors.Length)
        {
            Start();
            Leave();
        }
    }

    private void Enter(string name, long length)
    {
        while (_current < 0 || (_missing == 0 && tensors[_current].Name != name))
        {
            Leave();
            if (++_current >= tensors.Length)
            {
                throw new InvalidOperationException($"{path}: tensor {OneLine.Clean(name)} was not declared, or was already written");
            }

            Start();
        }

        if (tensors[_current].Name != name)
        {
            throw new InvalidOperationException($"{path}: expected {_missing} more bytes of tensor {OneLine.Clean(tensors[_current].Name)}, found tensor {OneLine.Clean(name)}");
        }

        if (length > _missing)
        {
            throw new InvalidOperationException($"{path}: tensor {OneLine.Clean(name)}: expected at most {_missing} more bytes, found {length}");
        }

        _missing -= length;
    }

    private void Start()
    {
        _missing = tensors[_current].ByteLength;
    }

    private void Leave()
    {
        if (_missing != 0)
        {
            throw new InvalidOperationException($"{path}: tensor {OneLine.Clean(tensors[_current].Name)} lacks {_missing} bytes");
        }

        while (_current >= 0 && stream.Position % alignment != 0)
        {
            stream.WriteByte(0);
        }
    }
}
