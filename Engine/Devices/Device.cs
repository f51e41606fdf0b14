using System.Runtime.InteropServices;

namespace PlamoNative.Engine;

/// <summary>Where tensors live and kernels run.</summary>
/// <remarks>The copies here are what tensors are made of; they are for whole tensors, and <see cref="Tensor"/> has the checked forms.</remarks>
public abstract unsafe class Device : IDisposable
{
    private const long MostStagedBytes = 64 << 20;

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

    /// <summary>Whether the processor can read and write this device's tensors.</summary>
    public virtual bool IsHostMemory => true;

    /// <summary>Copies from the processor's memory; the source may be used again when this returns.</summary>
    /// <param name="source">In the processor's memory.</param>
    /// <param name="destination">On this device.</param>
    /// <param name="bytes">How many.</param>
    public virtual void CopyFromHost(byte* source, nint destination, long bytes) => Buffer.MemoryCopy(source, (byte*)destination, bytes, bytes);

    /// <summary>Waits for the work that was started before and copies to the processor's memory.</summary>
    /// <param name="source">On this device.</param>
    /// <param name="destination">In the processor's memory.</param>
    /// <param name="bytes">How many.</param>
    public virtual void CopyToHost(nint source, byte* destination, long bytes) => Buffer.MemoryCopy((byte*)source, destination, bytes, bytes);

    /// <summary>Copies inside the device, in order with the work that was started before.</summary>
    /// <param name="source">On this device.</param>
    /// <param name="destination">On this device; may not overlap.</param>
    /// <param name="bytes">How many.</param>
    public virtual void CopyWithin(nint source, nint destination, long bytes) => Buffer.MemoryCopy((byte*)source, (byte*)destination, bytes, bytes);

    /// <summary>Sets bytes, in order with the work that was started before.</summary>
    /// <param name="destination">On this device.</param>
    /// <param name="value">Of each byte.</param>
    /// <param name="bytes">How many.</param>
    public virtual void Fill(nint destination, byte value, long bytes) => NativeMemory.Fill((byte*)destination, checked((nuint)bytes), value);

    /// <summary>Copies from another device that is no host either; the default goes by the processor's memory.</summary>
    /// <param name="source">Where the bytes are.</param>
    /// <param name="address">On that device.</param>
    /// <param name="destination">On this device.</param>
    /// <param name="bytes">How many.</param>
    public virtual void CopyFromDevice(Device source, nint address, nint destination, long bytes)
    {
        ArgumentNullException.ThrowIfNull(source);
        var buffer = (byte*)NativeMemory.Alloc((nuint)Math.Min(bytes, MostStagedBytes) + 1);
        try
        {
            for (var at = 0L; at < bytes; at += MostStagedBytes)
            {
                var part = Math.Min(bytes - at, MostStagedBytes);
                source.CopyToHost(address + (nint)at, buffer, part);
                CopyFromHost(buffer, destination + (nint)at, part);
            }
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }

    /// <summary>Waits until everything that was started on this device is done; a processor's kernels are done when they return.</summary>
    public virtual void Synchronize()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the device holds; tensors must be gone.</summary>
    protected abstract void Dispose(bool disposing);
}
