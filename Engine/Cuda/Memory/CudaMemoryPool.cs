namespace PlamoNative.Engine;

/// <summary>
/// Device memory in blocks of a few large segments, since asking the driver is slow and makes the device wait. A request takes the smallest free block that
/// holds it and splits off the rest; a block that is given back joins its free neighbors. A free block may be used again at once by work of the same stream,
/// which comes after the work that used it before. Requests of up to 1 MiB share segments of 2 MiB, so that small tensors do not break up the large ones.
/// </summary>
/// <param name="driver">Gives and takes the segments.</param>
/// <param name="device">The device's name, for messages.</param>
/// <param name="isPooling">False gives each tensor an allocation of its own, in which emulators and memory checkers find what leaves its bounds.</param>
/// <param name="tryEnter">Makes the device's context the calling thread's; false where that is not possible any more.</param>
internal sealed class CudaMemoryPool(CudaDriver driver, string device, bool isPooling, Func<bool> tryEnter)
{
    internal const long SmallRequest = 1 << 20;
    internal const long SmallSegment = 2 << 20;
    internal const long MiddleSegment = 20 << 20;
    private const long MiddleRequest = 10 << 20;

    // What ILGPU's code assumes of every view; tensors begin at multiples of it.
    private const long Alignment = 512;

    private readonly Lock _lock = new();
    private readonly HashSet<CudaBlock> _live = [];
    private readonly Stack<CudaBlock> _spareBlocks = [];
    private readonly Stack<CudaStorage> _spareStorages = [];
    private readonly CudaArena _own = new();
    private readonly List<CudaSegment> _segments = [];
    private CudaArena? _capturing;
    private bool _isClosed;
    private long _reserved;
    private long _liveBytes;
    private long _peak;
    private long _systemAllocations;

    internal MemoryInfo Info
    {
        get
        {
            lock (_lock)
            {
                return new MemoryInfo(_liveBytes, _reserved - _liveBytes, _peak, _systemAllocations);
            }
        }
    }

    /// <summary>Takes memory; the current context must be the device's.</summary>
    /// <param name="bytes">Bytes that will be used.</param>
    /// <param name="stream">The stream whose work uses it.</param>
    internal CudaStorage Rent(long bytes, nint stream)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        lock (_lock)
        {
            var size = isPooling ? checked(Math.Max(bytes, 1) + Alignment - 1) & -Alignment : Math.Max(bytes, 1);
            var isSmall = size <= SmallRequest;
            var arena = _capturing ?? _own;
            var block = (isPooling ? arena.ListFor(stream, isSmall).Take(size) : null) ?? NewSegment(bytes, size, isSmall, stream, arena);
            var rest = block.Bytes - size;
            if (isPooling && rest >= (isSmall ? Alignment : SmallRequest))
            {
                SplitOff(block, size);
            }

            block.IsFree = false;
            block.Tag = MemoryTag.Current;
            _live.Add(block);
            _liveBytes += block.Bytes;
            _peak = Math.Max(_peak, _liveBytes);
            if (_spareStorages.TryPop(out var storage))
            {
                storage.Restart(block);
                return storage;
            }

            return new CudaStorage(this, block);
        }
    }

    /// <summary>Takes a block back. On the finalizer's thread too, so it asks nothing of the driver while it pools, and never throws for what the driver says.</summary>
    internal void Return(CudaBlock block)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return;
            }

            _live.Remove(block);
            _liveBytes -= block.Bytes;
            block.IsFree = true;
            var list = block.Segment.Arena.ListFor(block.Segment);
            if (block.Previous is { IsFree: true } previous)
            {
                list.Remove(previous);
                block = Join(previous, block);
            }

            if (block.Next is { IsFree: true } next)
            {
                list.Remove(next);
                block = Join(block, next);
            }

            list.Add(block);
            if (!isPooling && block.Segment.Arena == _own && tryEnter())
            {
                // A graph's blocks stay, since its replays write to them. A driver that refuses has failed before, and that failure is the one to report.
                _ = ReleaseWhole();
            }
        }
    }

    internal void Recycle(CudaStorage storage)
    {
        lock (_lock)
        {
            _spareStorages.Push(storage);
        }
    }

    /// <summary>Gives segments without a live block back to the driver; a graph's stay, since its replays write to them.</summary>
    internal void Trim()
    {
        lock (_lock)
        {
            driver.Check(ReleaseWhole(), "cuMemFree");
        }
    }

    /// <summary>Frees everything; what tensors still hold becomes invalid.</summary>
    internal void Close()
    {
        lock (_lock)
        {
            foreach (var segment in _segments)
            {
                _ = driver.Free(segment.Address);
            }

            _segments.Clear();
            _isClosed = true;
            _reserved = _liveBytes;
        }
    }

    /// <summary>From now on memory comes from an arena of its own, until <see cref="EndCapture"/>.</summary>
    internal CudaArena BeginCapture()
    {
        lock (_lock)
        {
            return _capturing = new CudaArena();
        }
    }

    internal void EndCapture()
    {
        lock (_lock)
        {
            _capturing = null;
        }
    }

    /// <summary>Hands a graph's memory to the device's own work, when the graph is no longer replayed.</summary>
    internal void Dissolve(CudaArena arena)
    {
        lock (_lock)
        {
            foreach (var block in arena.Lists.SelectMany(list => list.Blocks))
            {
                _own.ListFor(block.Segment).Add(block);
            }

            foreach (var segment in _segments)
            {
                segment.Arena = segment.Arena == arena ? _own : segment.Arena;
            }
        }
    }

    private CudaBlock NewSegment(long asked, long size, bool isSmall, nint stream, CudaArena arena)
    {
        var bytes = !isPooling ? size
            : isSmall ? SmallSegment
            : size < MiddleRequest ? MiddleSegment
            : checked(size + SmallSegment - 1) & -SmallSegment;
        var code = driver.Allocate(bytes, out var address);
        if (code == CudaResult.OutOfMemory)
        {
            driver.Check(ReleaseWhole(), "cuMemFree");
            code = driver.Allocate(bytes, out address);
            if (code == CudaResult.OutOfMemory && bytes > size)
            {
                // The last of the memory may hold the request, if not the comfortable segment around it.
                code = driver.Allocate(bytes = size, out address);
            }
        }

        if (code == CudaResult.OutOfMemory)
        {
            var known = driver.GetMemoryInfo(out var free, out var total) == CudaResult.Success;
            throw new DeviceMemoryException(
                device, asked, known ? free : 0, known ? total : 0, new MemoryInfo(_liveBytes, _reserved - _liveBytes, _peak, _systemAllocations), LargestUsers());
        }

        driver.Check(code, "cuMemAlloc", detail: $"{bytes} bytes");
        _systemAllocations++;
        _reserved += bytes;
        var segment = new CudaSegment(address, bytes, stream, isSmall, arena);
        _segments.Add(segment);
        return NewBlock(segment, address, bytes);
    }

    private string LargestUsers()
    {
        var users = _live.GroupBy(block => block.Tag ?? "untagged")
            .Select(group => (Tag: group.Key, Bytes: group.Sum(block => block.Bytes), Count: group.Count()))
            .OrderByDescending(user => user.Bytes).ThenBy(user => user.Tag, StringComparer.Ordinal).Take(5)
            .Select(user => $"{user.Tag} {DeviceMemoryException.Size(user.Bytes)} in {user.Count}");
        var text = string.Join(", ", users);
        return text.Length == 0 ? "none" : text;
    }

    private CudaBlock NewBlock(CudaSegment segment, nint address, long bytes)
    {
        var block = _spareBlocks.TryPop(out var spare) ? spare : new CudaBlock();
        (block.Segment, block.Address, block.Bytes, block.IsFree, block.Previous, block.Next) = (segment, address, bytes, true, null, null);
        return block;
    }

    private void SplitOff(CudaBlock block, long size)
    {
        var rest = NewBlock(block.Segment, block.Address + (nint)size, block.Bytes - size);
        (rest.Previous, rest.Next) = (block, block.Next);
        if (block.Next is { } next)
        {
            next.Previous = rest;
        }

        (block.Next, block.Bytes) = (rest, size);
        block.Segment.Arena.ListFor(block.Segment).Add(rest);
    }

    private CudaBlock Join(CudaBlock first, CudaBlock second)
    {
        first.Bytes += second.Bytes;
        first.Next = second.Next;
        if (second.Next is { } next)
        {
            next.Previous = first;
        }

        second.Segment = null!;
        _spareBlocks.Push(second);
        return first;
    }

    /// <summary>Gives the whole free segments of the device's own work back, all of them even when the driver refuses one.</summary>
    /// <returns>The first refusal, or success.</returns>
    private int ReleaseWhole()
    {
        var first = CudaResult.Success;

        // The driver waits for the device before it takes memory back, so work that still uses a block comes to its end first.
        foreach (var block in _own.Lists.SelectMany(list => list.Blocks).Where(block => block.IsWhole).ToList())
        {
            _own.ListFor(block.Segment).Remove(block);
            _segments.Remove(block.Segment);
            _reserved -= block.Bytes;
            var code = driver.Free(block.Address);
            first = first == CudaResult.Success ? code : first;
            _spareBlocks.Push(block);
        }

        return first;
    }
}
