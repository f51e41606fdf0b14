namespace PlamoNative.PtxEmulator.Memory;

/// <summary>Local memory of the 32 lanes of a warp; all lanes use the same addresses for bytes of their own. Grows as calls nest.</summary>
internal sealed unsafe class LocalMemory(int maximumBytes)
{
    private const int InitialBytes = 2048;
    private PinnedBuffer? _bytes;
    private uint _capacity;

    internal uint MaximumBytes { get; } = (uint)maximumBytes;

    /// <summary>Where a byte of a lane is, or null outside of what a thread may have.</summary>
    internal byte* At(int lane, uint offset, int bytes)
    {
        if (offset < AddressMap.LocalBase || offset + (ulong)bytes > MaximumBytes)
        {
            return null;
        }

        if (offset + (uint)bytes > _capacity)
        {
            Grow(offset + (uint)bytes);
        }

        return _bytes!.Pointer + ((long)lane * _capacity) + offset;
    }

    internal void Reset() => _bytes?.Clear();

    private void Grow(uint needed)
    {
        var capacity = Math.Max(_capacity, InitialBytes);
        while (capacity < needed)
        {
            capacity *= 2;
        }

        var bytes = new PinnedBuffer((long)capacity * Execution.Warp.Lanes);
        for (var lane = 0; _bytes is not null && lane < Execution.Warp.Lanes; lane++)
        {
            Buffer.MemoryCopy(_bytes.Pointer + ((long)lane * _capacity), bytes.Pointer + ((long)lane * capacity), capacity, _capacity);
        }

        (_bytes, _capacity) = (bytes, capacity);
    }
}
