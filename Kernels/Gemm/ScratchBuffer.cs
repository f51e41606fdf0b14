using System.Runtime.InteropServices;

namespace PlamoNative.Kernels;

/// <summary>
/// A block of unmanaged memory, aligned to a cache line, borrowed for the time of one kernel part and handed on to the next: after the first calls of
/// a shape nothing is allocated. As many blocks live at once as there were borrowers at once.
/// </summary>
internal unsafe ref struct ScratchBuffer
{
    private const int Alignment = 64;
    private static readonly Lock Gate = new();
    private static Block[] _free = new Block[16];
    private static int _count;
    private Block _block;

    private ScratchBuffer(Block block) => _block = block;

    /// <summary>The memory.</summary>
    internal readonly float* Floats => (float*)_block.Address;

    /// <summary>Borrows at least <paramref name="floats"/> elements; give them back with <see cref="Dispose"/>.</summary>
    internal static ScratchBuffer Rent(nint floats)
    {
        var bytes = checked((nuint)floats * sizeof(float));
        Block block = default;
        lock (Gate)
        {
            // The smallest that fits, if it is not far too large; else the largest of the smaller ones, to be replaced, so that the number of blocks
            // does not grow with the number of sizes.
            var chosen = -1;
            for (var i = 0; i < _count; i++)
            {
                var size = _free[i].Bytes;
                var fits = size >= bytes;
                if (fits && size > (8 * bytes) + 65536)
                {
                    continue;
                }

                var chosenSize = chosen < 0 ? 0 : _free[chosen].Bytes;
                if (chosen < 0 || (fits ? chosenSize < bytes || size < chosenSize : chosenSize < size))
                {
                    chosen = i;
                }
            }

            if (chosen >= 0)
            {
                block = _free[chosen];
                _free[chosen] = _free[--_count];
            }
        }

        if (block.Bytes < bytes)
        {
            NativeMemory.AlignedFree(block.Address);
            block = default;
            block = new Block(NativeMemory.AlignedAlloc(bytes, Alignment), bytes);
        }

        return new ScratchBuffer(block);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        if (_block.Address == null)
        {
            return;
        }

        lock (Gate)
        {
            if (_count == _free.Length)
            {
                Array.Resize(ref _free, _count * 2);
            }

            _free[_count++] = _block;
        }

        _block = default;
    }

    private readonly struct Block(void* address, nuint bytes)
    {
        internal readonly void* Address = address;
        internal readonly nuint Bytes = bytes;
    }
}
