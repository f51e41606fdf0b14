namespace PlamoNative.Engine.Formats;

/// <summary>
/// Write-only stream over a file handle with a buffer that is never written on disposal, so that giving up an output cannot fail. System errors are
/// thrown again with the path that the user gave in place of the temporary one.
/// </summary>
internal sealed class OutputStream(Stream inner, string path) : Stream
{
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _used;
    private long _position;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _position;

    /// <summary>Bytes given to this stream so far.</summary>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException("an output is written from its start to its end");
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > _buffer.Length - _used)
        {
            Flush();
        }

        if (buffer.Length >= _buffer.Length)
        {
            WriteThrough(buffer);
        }
        else
        {
            buffer.CopyTo(_buffer.AsSpan(_used));
            _used += buffer.Length;
        }

        _position += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void WriteByte(byte value) => Write([value]);

    /// <summary>Hands the buffer to the operating system.</summary>
    public override void Flush()
    {
        var used = _used;
        _used = 0;
        WriteThrough(_buffer.AsSpan(0, used));
    }

    /// <summary>Hands the buffer to the operating system and waits until the disk has it.</summary>
    internal void FlushToDisk()
    {
        Flush();
        if (inner is FileStream file)
        {
            FileErrors.NameWriting(path, () => file.Flush(flushToDisk: true));
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("an output cannot be read");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("an output is written from its start to its end");

    public override void SetLength(long value) => throw new NotSupportedException("an output is written from its start to its end");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private void WriteThrough(ReadOnlySpan<byte> bytes)
    {
        try
        {
            inner.Write(bytes);
        }
        catch (IOException failure)
        {
            throw FileErrors.Written(path, failure);
        }
    }
}
