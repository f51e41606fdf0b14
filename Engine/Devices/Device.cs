namespace PlamoNative.Engine;

/// <summary>Where tensors live and kernels run.</summary>
public abstract class Device : IDisposable
{
    /// <summary>The name that <c>--device</c> takes: <c>cpu</c>, <c>cuda:0</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What a person wants to read: processor or GPU model and what matters about it.</summary>
    public abstract string Description { get; }

    /// <summary>Bytes of this device's tensors.</summary>
    public abstract MemoryInfo Memory { get; }

    /// <summary>Takes memory for a tensor; the content is undefined.</summary>
    /// <param name="bytes">Bytes that will be used.</param>
    /// <exception cref="OutOfMemoryException">The device has no such block.</exception>
    public abstract Storage Allocate(long bytes);

    /// <summary>Gives memory that is only cached back to the system.</summary>
    public abstract void Trim();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the device holds; tensors must be gone.</summary>
    protected abstract void Dispose(bool disposing);
}
