using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// Rotated keys and values of one sequence in one attention layer. With a window of W only the last W tokens are kept, in a ring; without one the cache grows
/// by doubling. Keys and values lie head-major, [Hkv, capacity, P], so that attention streams one head's rows.
/// </summary>
public sealed partial class KvCache : IDisposable
{
    private const int SmallestCapacity = 64;

    /// <summary>Creates the cache of a sequence that has not begun.</summary>
    /// <param name="device">Where.</param>
    /// <param name="keyValueHeads">Hkv.</param>
    /// <param name="headSize">P.</param>
    /// <param name="window">W of a window layer, null for full attention.</param>
    /// <param name="dtype">float32, or float64 in the exact mode.</param>
    public KvCache(Device device, int keyValueHeads, int headSize, int? window, DType dtype)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(window ?? 0, nameof(window));
        Device = device;
        KeyValueHeads = keyValueHeads;
        HeadSize = headSize;
        Window = window;
        DType = dtype;
        Capacity = (int)Math.Min(SmallestCapacity, window ?? SmallestCapacity);
        (Keys, Values) = AllocatePair(Capacity);
    }

    /// <summary>Where.</summary>
    public Device Device { get; }

    /// <summary>Hkv.</summary>
    public int KeyValueHeads { get; }

    /// <summary>P.</summary>
    public int HeadSize { get; }

    /// <summary>W of a window layer: how many tokens before the next one it can still see; null: all.</summary>
    public int? Window { get; }

    /// <summary>float32 or float64.</summary>
    public DType DType { get; }

    /// <summary>Tokens seen: the position of the next one.</summary>
    public long Position { get; private set; }

    /// <summary>Tokens that room is allocated for.</summary>
    public int Capacity { get; private set; }

    /// <summary>Tokens kept now: the last min(<see cref="Position"/>, W).</summary>
    public int Count => (int)Math.Min(Position, Window ?? long.MaxValue);

    /// <summary>[Hkv, Capacity, P]; token p lies in row <c>p % Capacity</c>.</summary>
    public Tensor Keys { get; private set; }

    /// <summary>[Hkv, Capacity, P]; token p lies in row <c>p % Capacity</c>.</summary>
    public Tensor Values { get; private set; }

    /// <summary>Bytes held.</summary>
    public long ByteLength => 2 * DType.Bytes(Keys.ElementCount);

    /// <summary>Appends the keys and values of <paramref name="count"/> tokens; of a window's ring only the last W stay.</summary>
    /// <param name="key">[T, Hkv, P], innermost axis dense.</param>
    /// <param name="value">[T, Hkv, P], innermost axis dense.</param>
    /// <param name="first">The first token to append.</param>
    /// <param name="count">How many.</param>
    public unsafe void Append(Tensor key, Tensor value, int first, int count)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        if (Device is CudaDevice device)
        {
            var append = Advance(first, count);
            Launch(device, key, value, new ReadOnlySpan<KvAppend>(in append), append.Count);
            return;
        }

        Reserve(count);
        var skipped = Window is { } window ? Math.Max(0, count - window) : 0;
        var rowBytes = DType.Bytes(HeadSize);
        for (var i = skipped; i < count; i++)
        {
            var row = (Position + i) % Capacity;
            for (var head = 0; head < KeyValueHeads; head++)
            {
                var to = DType.Bytes(((head * (long)Capacity) + row) * HeadSize);
                var keyFrom = DType.Bytes(((first + i) * key.Strides[0]) + (head * key.Strides[1]));
                var valueFrom = DType.Bytes(((first + i) * value.Strides[0]) + (head * value.Strides[1]));
                Buffer.MemoryCopy(key.Pointer + keyFrom, Keys.Pointer + to, rowBytes, rowBytes);
                Buffer.MemoryCopy(value.Pointer + valueFrom, Values.Pointer + to, rowBytes, rowBytes);
            }
        }

        Position += count;
    }

    /// <summary>Forgets the sequence and keeps the memory.</summary>
    public void Reset() => Position = 0;

    /// <summary>A copy that goes its own way: a fork of the sequence.</summary>
    public KvCache Clone()
    {
        var copy = new KvCache(Device, KeyValueHeads, HeadSize, Window, DType);
        copy.Grow(Capacity);
        copy.Keys.CopyFrom(Keys);
        copy.Values.CopyFrom(Values);
        copy.Position = Position;
        return copy;
    }

    /// <summary>Releases the memory.</summary>
    public void Dispose()
    {
        Keys.Dispose();
        Values.Dispose();
    }

    private void Reserve(int count)
    {
        var needed = Math.Min(Position + count, Window ?? long.MaxValue);
        if (needed > Capacity)
        {
            var doubled = Math.Max(needed, 2L * Capacity);
            Grow(checked((int)Math.Min(doubled, Window ?? int.MaxValue)));
        }
    }

    private unsafe void Grow(int capacity)
    {
        if (capacity == Capacity)
        {
            return;
        }

        // Growing only happens before a ring is full, so the tokens lie in rows 0 .. Position - 1.
        var (keys, values) = AllocatePair(capacity);
        if (Device is CudaDevice device)
        {
            MoveOnGpu(device, keys, values, capacity);
        }
        else
        {
            var bytes = DType.Bytes((long)Position * HeadSize);
            for (var head = 0; head < KeyValueHeads; head++)
            {
                var from = DType.Bytes((long)head * Capacity * HeadSize);
                var to = DType.Bytes((long)head * capacity * HeadSize);
                Buffer.MemoryCopy(Keys.Pointer + from, keys.Pointer + to, bytes, bytes);
                Buffer.MemoryCopy(Values.Pointer + from, values.Pointer + to, bytes, bytes);
            }
        }

        Keys.Dispose();
        Values.Dispose();
        (Keys, Values, Capacity) = (keys, values, capacity);
    }

    private (Tensor Keys, Tensor Values) AllocatePair(int capacity)
    {
        var shape = new Shape(KeyValueHeads, Math.Max(1, capacity), HeadSize);
        return (Tensor.Allocate(Device, shape, DType), Tensor.Allocate(Device, shape, DType));
    }
}
