namespace PlamoNative.Engine;

/// <summary>
/// Pinned memory that copies go through, in chunks used in turn. A copy to the device returns as soon as its bytes are in a chunk; a chunk is used again after
/// the copies out of it are done. Large copies use one chunk while the device works on another.
/// </summary>
internal sealed unsafe class PinnedRing(CudaDevice device, int chunkBytes, int chunks)
{
    private const int Alignment = 64;
    private const int SmallestPiece = 1 << 16;

    private readonly CudaDriver _driver = device.Driver;
    private readonly Lock _lock = new();
    private readonly nint[] _events = new nint[chunks];
    private readonly bool[] _isPending = new bool[chunks];
    private nint _memory;
    private nint _stream;
    private int _chunk;
    private int _used;

    /// <summary>Copies in order with a stream; the source may change when this returns.</summary>
    internal void CopyFromHost(byte* source, nint destination, long bytes, nint stream)
    {
        lock (_lock)
        {
            Start(stream);
            while (bytes > 0)
            {
                var room = chunkBytes - _used;
                if (room < Math.Min(bytes, SmallestPiece))
                {
                    Advance();
                    room = chunkBytes;
                }

                var part = (int)Math.Min(bytes, room);
                var staged = _memory + ((nint)_chunk * chunkBytes) + _used;
                Buffer.MemoryCopy(source, (byte*)staged, part, part);
                _driver.Check(_driver.CopyFromHost(destination, staged, part, stream), "cuMemcpyHtoDAsync", detail: $"{part} bytes");
                _used = Math.Min(chunkBytes, (_used + part + Alignment - 1) & -Alignment);
                source += part;
                destination += part;
                bytes -= part;
            }
        }
    }

    /// <summary>Waits for the stream's work before and copies; the device fills one chunk while another is emptied.</summary>
    internal void CopyToHost(nint source, byte* destination, long bytes, nint stream)
    {
        lock (_lock)
        {
            Start(stream);
            var (filled, filledBytes) = (-1, 0);
            while (bytes > 0)
            {
                Advance();
                var part = (int)Math.Min(bytes, chunkBytes);
                _driver.Check(_driver.CopyToHost(Chunk(_chunk), source, part, stream), "cuMemcpyDtoHAsync", detail: $"{part} bytes");
                Seal();
                Empty(filled, filledBytes, ref destination);
                (filled, filledBytes) = (_chunk, part);
                source += part;
                bytes -= part;
            }

            Empty(filled, filledBytes, ref destination);
            _used = chunkBytes;
        }
    }

    /// <summary>Notes the last copies of a stream that ends, since nothing can be noted in it later.</summary>
    internal void Leave(nint stream)
    {
        lock (_lock)
        {
            if (_memory != 0 && stream == _stream && _used > 0 && !_isPending[_chunk])
            {
                Seal();
                _used = chunkBytes;
            }
        }
    }

    /// <summary>Frees the memory; the device must be idle.</summary>
    internal void Close()
    {
        lock (_lock)
        {
            if (_memory != 0)
            {
                Array.ForEach(_events, handle => _ = _driver.DestroyEvent(handle));
                _ = _driver.FreeHost(_memory);
                _memory = 0;
            }
        }
    }

    private nint Chunk(int index) => _memory + ((nint)index * chunkBytes);

    private void Start(nint stream)
    {
        if (_memory == 0)
        {
            _driver.Check(_driver.AllocateHost((long)chunkBytes * chunks, out _memory), "cuMemHostAlloc", detail: $"{(long)chunkBytes * chunks} bytes");
            for (var i = 0; i < chunks; i++)
            {
                _driver.Check(_driver.CreateEvent(measuresTime: false, out _events[i]), "cuEventCreate");
            }

            _stream = stream;
        }

        if (stream != _stream)
        {
            // A chunk has one event, so all its copies are one stream's.
            Advance();
            _stream = stream;
        }
    }

    private void Advance()
    {
        if (_used > 0 && !_isPending[_chunk])
        {
            Seal();
        }

        _chunk = (_chunk + 1) % chunks;
        _used = 0;
        if (_isPending[_chunk])
        {
            device.CheckWork(_driver.SynchronizeEvent(_events[_chunk]), "cuEventSynchronize");
            _isPending[_chunk] = false;
        }
    }

    private void Seal()
    {
        _driver.Check(_driver.RecordEvent(_events[_chunk], _stream), "cuEventRecord");
        _isPending[_chunk] = true;
    }

    private void Empty(int chunk, int bytes, ref byte* destination)
    {
        if (bytes > 0)
        {
            device.CheckWork(_driver.SynchronizeEvent(_events[chunk]), "cuEventSynchronize");
            Buffer.MemoryCopy((byte*)Chunk(chunk), destination, bytes, bytes);
            destination += bytes;
        }
    }
}
