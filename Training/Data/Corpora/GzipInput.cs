using System.IO.Compression;
using System.Security.Cryptography;

namespace PlamoNative.Training.Data;

/// <summary>
/// Unpacks a gzip file, all members of it, and throws if it was cut off anywhere, which the runtime's decoder does not notice: behind the file it is given one more
/// member, and only if the content of that comes out at the end has everything before it been whole.
/// </summary>
internal sealed class GzipInput : Stream
{
    private const int BlockBytes = 1 << 16;
    private const int MarkBytes = 32;

    private readonly byte[] _mark = RandomNumberGenerator.GetBytes(MarkBytes);
    private readonly GZipStream _unpacked;
    private readonly byte[] _block = new byte[MarkBytes + BlockBytes];
    private int _position;
    private int _end;
    private bool _isAtEnd;

    internal GzipInput(Stream file) => _unpacked = new GZipStream(new Extended(file, Pack(_mark)), CompressionMode.Decompress);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("read to the end");

    public override long Position
    {
        get => throw new NotSupportedException("read to the end");
        set => throw new NotSupportedException("read to the end");
    }

    /// <exception cref="InvalidDataException">The data are damaged or cut off.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (_end - _position <= MarkBytes && !_isAtEnd)
        {
            Fill();
        }

        // The last bytes are held back: they may turn out to be the mark.
        var count = Math.Min(buffer.Length, _end - _position - MarkBytes);
        _block.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("read to the end");

    public override void SetLength(long value) => throw new NotSupportedException("only for reading");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("only for reading");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _unpacked.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Fill()
    {
        _block.AsSpan(_position, _end - _position).CopyTo(_block);
        _end -= _position;
        _position = 0;
        var count = _unpacked.Read(_block.AsSpan(_end));
        _end += count;
        if (count == 0)
        {
            _isAtEnd = true;
            if (!_block.AsSpan(0, _end).SequenceEqual(_mark))
            {
                throw new InvalidDataException("it is cut off, or something else follows it");
            }
        }
    }

    private static byte[] Pack(byte[] mark)
    {
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Fastest))
        {
            stream.Write(mark);
        }

        return packed.ToArray();
    }

    /// <summary>A stream and some bytes behind it.</summary>
    private sealed class Extended(Stream stream, byte[] more) : Stream
    {
        private int _given;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException("read to the end");

        public override long Position
        {
            get => throw new NotSupportedException("read to the end");
            set => throw new NotSupportedException("read to the end");
        }

        public override int Read(Span<byte> buffer)
        {
            var count = _given == 0 ? stream.Read(buffer) : 0;
            if (count == 0)
            {
                count = Math.Min(buffer.Length, more.Length - _given);
                more.AsSpan(_given, count).CopyTo(buffer);
                _given += count;
            }

            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("read to the end");

        public override void SetLength(long value) => throw new NotSupportedException("only for reading");

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("only for reading");
    }
}
