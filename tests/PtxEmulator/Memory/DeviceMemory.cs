namespace PlamoNative.PtxEmulator.Memory;

/// <summary>One piece of global memory with its own addresses; after <see cref="DeviceMemory.Free"/> it has no bytes.</summary>
internal sealed unsafe class Region(ulong start, PinnedBuffer buffer, long size, string name, bool isReadOnly)
{
    internal static readonly Region None = new(0, new PinnedBuffer(0), 0, "nothing", true);

    internal ulong Start { get; } = start;

    internal byte* Pointer { get; } = buffer.Pointer;

    /// <summary>The owner of the bytes: with the pointer alone the collector would take them.</summary>
    internal PinnedBuffer Buffer { get; } = buffer;

    internal ulong Size { get; private set; } = (ulong)size;

    internal string Name { get; } = name;

    internal bool IsReadOnly { get; } = isReadOnly;

    internal void Retire() => Size = 0;
}

/// <summary>Global memory: allocations at addresses of their own, never given out twice, with gaps that belong to nobody.</summary>
public sealed unsafe class DeviceMemory
{
    private const ulong FirstAddress = 0x10_0000_0000;
    private const ulong AllocationAlignment = 512;
    private readonly Lock _gate = new();
    private readonly SortedList<ulong, Region> _byStart = [];
    private Region[] _regions = [];
    private ulong _next = FirstAddress;

    /// <summary>Bytes that live allocations hold.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Reserves zeroed bytes; the address is a multiple of 512.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than 2^31 - 1024 bytes.</exception>
    public ulong Allocate(long bytes) => Allocate(bytes, "allocation", isReadOnly: false).Start;

    /// <summary>Gives an allocation back: any later access to it is out of bounds.</summary>
    /// <exception cref="ArgumentException">The address is not the start of a live allocation.</exception>
    public void Free(ulong address)
    {
        lock (_gate)
        {
            if (!_byStart.Remove(address, out var region))
            {
                throw new ArgumentException($"0x{address:x} is not the start of a live allocation", nameof(address));
            }

            AllocatedBytes -= (long)region.Size;
            region.Retire();
            Volatile.Write(ref _regions, [.. _byStart.Values]);
        }
    }

    /// <summary>Copies bytes into device memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside one live allocation.</exception>
    public void Write(ulong address, ReadOnlySpan<byte> source) => source.CopyTo(Span(address, source.Length));

    /// <summary>Copies bytes out of device memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside one live allocation.</exception>
    public void Read(ulong address, Span<byte> destination) => Span(address, destination.Length).CopyTo(destination);

    /// <summary>A view of device memory for a host-side fill or copy.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside one live allocation.</exception>
    public Span<byte> Span(ulong address, int length)
    {
        var region = Find(address);
        var offset = address - region.Start;
        return length == 0
            ? []
            : region.Size >= (ulong)length && offset <= region.Size - (ulong)length
                ? new Span<byte>(region.Pointer + offset, length)
                : throw new ArgumentOutOfRangeException(nameof(address), $"expected {length} bytes inside one allocation, found 0x{address:x}, {Describe(address)}");
    }

    internal Region Allocate(long bytes, string name, bool isReadOnly)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, int.MaxValue - 1023L);
        lock (_gate)
        {
            var region = new Region(_next, new PinnedBuffer(bytes), bytes, name, isReadOnly);
            _next += ((ulong)bytes + AddressMap.GuardBytes + AllocationAlignment - 1) / AllocationAlignment * AllocationAlignment;
            AllocatedBytes += bytes;
            _byStart.Add(region.Start, region);
            Volatile.Write(ref _regions, [.. _byStart.Values]);
            return region;
        }
    }

    /// <summary>The last region that starts at or before the address, or an empty one.</summary>
    internal Region Find(ulong address)
    {
        var regions = Volatile.Read(ref _regions);
        int low = 0, high = regions.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (regions[middle].Start <= address)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low == 0 ? Region.None : regions[low - 1];
    }

    /// <summary>Where an address lies in words: so many bytes past the end of what.</summary>
    internal string Describe(ulong address)
    {
        var region = Find(address);
        if (region.Size == 0)
        {
            return address < 4096 ? "a null pointer" : "not inside any live allocation";
        }

        var offset = address - region.Start;
        return offset < region.Size
            ? $"byte {offset} of the {region.Size} bytes of {region.Name} at 0x{region.Start:x}"
            : offset - region.Size < 1 << 20
                ? $"{offset - region.Size} bytes past the end of the {region.Size} bytes of {region.Name} at 0x{region.Start:x}"
                : "not inside any live allocation";
    }
}
