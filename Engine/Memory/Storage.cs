namespace PlamoNative.Engine;

/// <summary>
/// Bytes that tensors view, counted by references: the last release gives them back to where they came from (a pool, a file mapping).
/// </summary>
public abstract unsafe class Storage
{
    private int _references = 1;
    private nint _address;

    /// <summary>Wraps memory with one reference, the creator's.</summary>
    /// <param name="address">First byte; 64-byte aligned unless the memory belongs to a file.</param>
    /// <param name="byteLength">Bytes that may be touched.</param>
    protected Storage(nint address, long byteLength)
    {
        _address = address;
        ByteLength = byteLength;
    }

    /// <summary>Gives the memory back when a user forgot to.</summary>
    ~Storage()
    {
        if (_address != 0)
        {
            Free(_address, forgotten: true);
        }
    }

    /// <summary>Bytes that may be touched.</summary>
    public long ByteLength { get; private set; }

    /// <summary>Whether the processor can read and write the memory.</summary>
    public virtual bool IsHostMemory => true;

    /// <summary>First byte, for the processor.</summary>
    /// <exception cref="ObjectDisposedException">All references were released.</exception>
    /// <exception cref="HostAccessException">The memory is a GPU's.</exception>
    public byte* Address => IsHostMemory ? (byte*)DeviceAddress : throw new HostAccessException(ToString()!);

    /// <summary>First byte as the device that the memory belongs to counts.</summary>
    /// <exception cref="ObjectDisposedException">All references were released.</exception>
    public nint DeviceAddress
    {
        get
        {
            ObjectDisposedException.ThrowIf(_address == 0, this);
            return _address;
        }
    }

    /// <summary>Counts one more user.</summary>
    /// <exception cref="ObjectDisposedException">All references were released.</exception>
    public void AddReference()
    {
        if (Interlocked.Increment(ref _references) <= 1)
        {
            Interlocked.Decrement(ref _references);
            ObjectDisposedException.ThrowIf(true, this);
        }
    }

    /// <summary>Counts one user less; the last one gives the memory back.</summary>
    public void Release()
    {
        var left = Interlocked.Decrement(ref _references);
        if (left == 0)
        {
            var address = Interlocked.Exchange(ref _address, 0);
            if (address != 0)
            {
                Free(address, forgotten: false);
            }

            if (!TryRecycle())
            {
                GC.SuppressFinalize(this);
            }
        }
        else
        {
            ObjectDisposedException.ThrowIf(left < 0, this);
        }
    }

    /// <summary>Gives the memory back; called once in each life.</summary>
    /// <param name="address">The first byte.</param>
    /// <param name="forgotten">True on the finalizer's thread: nobody released this object, and it is about to die.</param>
    protected abstract void Free(nint address, bool forgotten);

    /// <summary>Takes this object itself back for <see cref="Revive"/>; the default keeps nothing.</summary>
    private protected virtual bool TryRecycle() => false;

    /// <summary>Starts a recycled object's next life with one reference.</summary>
    private protected void Revive(nint address, long byteLength)
    {
        _address = address;
        ByteLength = byteLength;
        Volatile.Write(ref _references, 1);
    }
}
