namespace PlamoNative.Engine;

/// <summary>
/// An order of work on a GPU. Work of different streams may run at once; <see cref="Wait"/> makes one wait for another. A tensor's memory may be used again by
/// the stream that was current when it was allocated as soon as the tensor ends: that stream must wait for others that use the tensor before.
/// </summary>
public sealed class CudaStream : IDisposable
{
    internal CudaStream(CudaDevice device)
    {
        Device = device;
        device.Enter();
        device.Check(device.Driver.CreateStream(out var handle), "cuStreamCreate");
        Handle = handle;
    }

    /// <summary>The device that the stream is of.</summary>
    public CudaDevice Device { get; }

    /// <summary>The driver's handle.</summary>
    public nint Handle { get; private set; }

    /// <summary>Whether all work that was given to the stream is done.</summary>
    /// <exception cref="CudaException">Work failed.</exception>
    public bool IsIdle
    {
        get
        {
            Device.Enter();
            var code = Device.Driver.QueryStream(Handle);
            if (code != CudaResult.NotReady)
            {
                Device.CheckWork(code, "cuStreamQuery");
            }

            return code == CudaResult.Success;
        }
    }

    /// <summary>Waits until all work that was given to the stream is done.</summary>
    /// <exception cref="CudaException">Work failed.</exception>
    public void Synchronize()
    {
        Device.Enter();
        Device.CheckWork(Device.Driver.SynchronizeStream(Handle), "cuStreamSynchronize");
    }

    /// <summary>What is given to the stream from now on starts after the event's work is done; the calling thread goes on.</summary>
    public void Wait(CudaEvent @event)
    {
        ArgumentNullException.ThrowIfNull(@event);
        Device.Enter();
        Device.Check(Device.Driver.WaitEvent(Handle, @event.Handle), "cuStreamWaitEvent");
    }

    /// <summary>Waits for the stream's work and ends it.</summary>
    public void Dispose()
    {
        if (Handle != 0 && Device.TryEnter())
        {
            // Its number and its free memory may become those of a new stream, which must not start before the old work is done.
            Device.Leave(this);
            _ = Device.Driver.SynchronizeStream(Handle);
            _ = Device.Driver.DestroyStream(Handle);
        }

        Handle = 0;
    }
}
