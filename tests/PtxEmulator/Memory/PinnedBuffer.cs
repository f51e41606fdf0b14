namespace PlamoNative.PtxEmulator.Memory;

/// <summary>Zeroed bytes that do not move, aligned to 256; the garbage collector owns them.</summary>
internal sealed unsafe class PinnedBuffer
{
    private const int Alignment = 256;
    private readonly byte[] _bytes;

    internal PinnedBuffer(long size)
    {
        _bytes = GC.AllocateArray<byte>(checked((int)(size + Alignment)), pinned: true);
        Size = size;
        fixed (byte* start = _bytes)
        {
            Pointer = (byte*)(((nuint)start + (Alignment - 1)) & ~(nuint)(Alignment - 1));
        }
    }

    internal byte* Pointer { get; }

    internal long Size { get; }

    internal Span<byte> Span => new(Pointer, (int)Size);

    internal void Clear() => Span.Clear();
}
