using System.Numerics;
using System.Runtime.InteropServices;

namespace PlamoNative.Engine;

/// <summary>Bytes of one device's tensors at one moment.</summary>
/// <param name="LiveBytes">Held by tensors now.</param>
/// <param name="CachedBytes">Kept by the pool for the next tensors.</param>
/// <param name="PeakLiveBytes">The most that was ever live at once.</param>
/// <param name="SystemAllocations">How often the pool had to ask the system; constant at steady state.</param>
public readonly record struct MemoryInfo(long LiveBytes, long CachedBytes, long PeakLiveBytes, long SystemAllocations);

/// <summary>
/// 64-byte aligned memory in size classes (an eighth of a power of two apart, so at most one eighth is wasted). What tensors give back is kept for the
/// next ones, with the objects around it, so that a step at steady state asks neither the system nor the garbage collector for anything. What is kept stays in
/// proportion to the most that was live at once.
/// </summary>
public sealed unsafe class MemoryPool
{
    /// <summary>Alignment of every block: one AVX-512 vector, one cache line.</summary>
    public const int Alignment = 64;

    // A step at steady state keeps one block for each size at each of its moments: for PLaMo 2's shapes up to 1.7 times what is live at its largest moment.
    private const int MostCachedPerPeak = 3;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, Stack<PooledStorage>> _free = [];
    private long _live;
    private long _cached;
    private long _peak;
    private long _systemAllocations;

    /// <summary>Gives cached blocks back when a device was forgotten.</summary>
    ~MemoryPool() => Trim();

    /// <summary>What is live and cached now.</summary>
    public MemoryInfo Info
    {
        get
        {
            lock (_lock)
            {
                return new MemoryInfo(_live, _cached, _peak, _systemAllocations);
            }
        }
    }

    /// <summary>Takes a block of at least <paramref name="bytes"/>; its content is undefined.</summary>
    /// <exception cref="InsufficientMemoryException">The system has no such block; cached blocks were given back first.</exception>
    public Storage Rent(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        var size = SizeClass(bytes);
        lock (_lock)
        {
            _live += size;
            _peak = Math.Max(_peak, _live);
            if (_free.TryGetValue(size, out var stack) && stack.TryPop(out var recycled))
            {
                _cached -= size;
                recycled.Restart();
                return recycled;
            }

            if (_cached > MostCachedPerPeak * _peak)
            {
                // Sizes that changed with every prompt: without a bound each of them would keep its blocks for ever.
                Trim();
            }

            _systemAllocations++;
        }

        try
        {
            return new PooledStorage(this, Allocate(size), size);
        }
        catch
        {
            lock (_lock)
            {
                _live -= size;
            }

            throw;
        }
    }

    /// <summary>Gives cached blocks back to the system.</summary>
    public void Trim()
    {
        lock (_lock)
        {
            foreach (var stack in _free.Values)
            {
                while (stack.TryPop(out var storage))
                {
                    NativeMemory.AlignedFree((void*)storage.Block);
                }
            }

            _cached = 0;
        }
    }

    private static long SizeClass(long bytes)
    {
        if (bytes <= 512)
        {
            return Math.Max(Alignment, (bytes + Alignment - 1) & -Alignment);
        }

        var step = 1L << Math.Max(0, BitOperations.Log2((ulong)(bytes - 1)) - 3);
        step = Math.Max(step, Alignment);
        return checked(bytes + step - 1) & -step;
    }

    private nint Allocate(long size)
    {
        try
        {
            return (nint)NativeMemory.AlignedAlloc((nuint)size, Alignment);
        }
        catch (OutOfMemoryException)
        {
            Trim();
            try
            {
                return (nint)NativeMemory.AlignedAlloc((nuint)size, Alignment);
            }
            catch (OutOfMemoryException exception)
            {
                throw new InsufficientMemoryException($"no {size} bytes left for a tensor; {Info.LiveBytes} bytes are held by tensors", exception);
            }
        }
    }

    private sealed class PooledStorage : Storage
    {
        private readonly MemoryPool _pool;

        internal PooledStorage(MemoryPool pool, nint address, long size)
            : base(address, size)
        {
            _pool = pool;
            Block = address;
        }

        internal nint Block { get; }

        internal void Restart() => Revive(Block, ByteLength);

        protected override void Free(nint address, bool forgotten)
        {
            lock (_pool._lock)
            {
                _pool._live -= ByteLength;
            }

            if (forgotten)
            {
                NativeMemory.AlignedFree((void*)address);
            }
        }

        private protected override bool TryRecycle()
        {
            lock (_pool._lock)
            {
                if (!_pool._free.TryGetValue(ByteLength, out var stack))
                {
                    _pool._free.Add(ByteLength, stack = new Stack<PooledStorage>());
                }

                stack.Push(this);
                _pool._cached += ByteLength;
            }

            return true;
        }
    }
}
