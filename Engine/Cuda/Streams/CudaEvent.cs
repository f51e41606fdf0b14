namespace PlamoNative.Engine;

/// <summary>A moment in a stream's work: to wait for, and to measure the time from one to the other.</summary>
public sealed class CudaEvent : IDisposable
{
    internal CudaEvent(CudaDevice device, bool measuresTime)
    {
        Device = device;
        device.Enter();
        device.Check(device.Driver.CreateEvent(measuresTime, out var handle), "cuEventCreate");
        Handle = handle;
    }

    /// <summary>The device that the event is of.</summary>
    public CudaDevice Device { get; }

    /// <summary>Whether the work before the moment is done.</summary>
    /// <exception cref="CudaException">Work failed.</exception>
    public bool IsDone
    {
        get
        {
            Device.Enter();
            var code = Device.Driver.QueryEvent(Handle);
            if (code != CudaResult.NotReady)
            {
                Device.CheckWork(code, "cuEventQuery");
            }

            return code == CudaResult.Success;
        }
    }

    internal nint Handle { get; private set; }

    /// <summary>Sets the moment: after all work that the stream was given so far.</summary>
    /// <param name="stream">The device's current stream where null.</param>
    public void Record(CudaStream? stream = null)
    {
        Device.Enter();
        Device.Check(Device.Driver.RecordEvent(Handle, (stream ?? Device.Stream).Handle), "cuEventRecord");
    }

    /// <summary>Waits until the work before the moment is done.</summary>
    /// <exception cref="CudaException">Work failed.</exception>
    public void Synchronize()
    {
        Device.Enter();
        Device.CheckWork(Device.Driver.SynchronizeEvent(Handle), "cuEventSynchronize");
    }

    /// <summary>Milliseconds from an earlier moment to this one, measured by the device to half a microsecond; both must be done.</summary>
    /// <exception cref="CudaException">One of them is not done or measures no time.</exception>
    public float MillisecondsSince(CudaEvent start)
    {
        ArgumentNullException.ThrowIfNull(start);
        Device.Enter();
        Device.Check(Device.Driver.ElapsedTime(start.Handle, Handle, out var milliseconds), "cuEventElapsedTime");
        return milliseconds;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Handle != 0 && Device.TryEnter())
        {
            _ = Device.Driver.DestroyEvent(Handle);
        }

        Handle = 0;
    }
}
