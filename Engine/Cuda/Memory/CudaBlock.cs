namespace PlamoNative.Engine;

/// <summary>Memory that the driver gave in one piece; blocks divide it without gaps.</summary>
internal sealed class CudaSegment(nint address, long bytes, nint stream, bool isSmall, CudaArena arena)
{
    internal nint Address { get; } = address;

    internal long Bytes { get; } = bytes;

    /// <summary>The stream whose order makes it safe to use a block again at once.</summary>
    internal nint Stream { get; } = stream;

    internal bool IsSmall { get; } = isSmall;

    /// <summary>Who may use its free blocks; a graph's blocks stay the graph's.</summary>
    internal CudaArena Arena { get; set; } = arena;
}

/// <summary>A piece of a segment: free, or one tensor's.</summary>
internal sealed class CudaBlock
{
    internal CudaSegment Segment { get; set; } = null!;

    internal nint Address { get; set; }

    internal long Bytes { get; set; }

    internal bool IsFree { get; set; }

    internal CudaBlock? Previous { get; set; }

    internal CudaBlock? Next { get; set; }

    internal string? Tag { get; set; }

    /// <summary>Whether it is its segment all by itself.</summary>
    internal bool IsWhole => Previous is null && Next is null;
}

/// <summary>Free blocks of one stream and one kind, smallest first. A sorted array: insertion moves references, and a steady state allocates nothing.</summary>
internal sealed class CudaFreeList
{
    private readonly List<CudaBlock> _blocks = [];

    internal IReadOnlyList<CudaBlock> Blocks => _blocks;

    internal void Add(CudaBlock block) => _blocks.Insert(IndexOf(block.Bytes, block.Address), block);

    internal void Remove(CudaBlock block) => _blocks.RemoveAt(IndexOf(block.Bytes, block.Address));

    /// <summary>Takes the smallest block that holds so many bytes, the one at the lowest address among equals.</summary>
    internal CudaBlock? Take(long bytes)
    {
        var index = IndexOf(bytes, 0);
        if (index == _blocks.Count)
        {
            return null;
        }

        var block = _blocks[index];
        _blocks.RemoveAt(index);
        return block;
    }

    private int IndexOf(long bytes, nint address)
    {
        var (low, high) = (0, _blocks.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            var block = _blocks[middle];
            if (block.Bytes < bytes || (block.Bytes == bytes && (nuint)block.Address < (nuint)address))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}

/// <summary>Free blocks that one party may use: the device's own work, or one captured graph.</summary>
internal sealed class CudaArena
{
    private readonly Dictionary<(nint Stream, bool IsSmall), CudaFreeList> _lists = [];

    internal IEnumerable<CudaFreeList> Lists => _lists.Values;

    internal CudaFreeList ListFor(nint stream, bool isSmall)
    {
        if (!_lists.TryGetValue((stream, isSmall), out var list))
        {
            _lists.Add((stream, isSmall), list = new CudaFreeList());
        }

        return list;
    }

    internal CudaFreeList ListFor(CudaSegment segment) => ListFor(segment.Stream, segment.IsSmall);
}
