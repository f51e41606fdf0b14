namespace PlamoNative.Engine;

/// <content>Memory and copies.</content>
public sealed unsafe partial class CudaDevice
{
    private List<nint>? _capturedPinned;

    /// <inheritdoc/>
    public override bool IsHostMemory => false;

    /// <inheritdoc/>
    /// <exception cref="DeviceMemoryException">The device has no such block.</exception>
    public override Storage Allocate(long bytes)
    {
        Enter();
        return Pool.Rent(bytes, _stream.Handle);
    }

    /// <inheritdoc/>
    public override void Trim()
    {
        Enter();
        Pool.Trim();
    }

    /// <summary>Copies a small array to the device for the launches that follow; the source may change when this returns.</summary>
    /// <remarks>While a graph is recorded, the values of now become part of it.</remarks>
    public DeviceArray<T> Upload<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var bytes = (long)values.Length * sizeof(T);
        var storage = Allocate(bytes);
        fixed (T* source = values)
        {
            CopyFromHost((byte*)source, storage.DeviceAddress, bytes);
        }

        return new DeviceArray<T>(storage, values.Length);
    }

    /// <inheritdoc/>
    public override void CopyFromHost(byte* source, nint destination, long bytes)
    {
        Enter();
        if (_capturedPinned is not null && bytes > 0)
        {
            // Each replay copies again, so the values must stay where the graph found them.
            Check(Driver.AllocateHost(bytes, out var kept), "cuMemHostAlloc", detail: $"{bytes} bytes");
            _capturedPinned.Add(kept);
            Buffer.MemoryCopy(source, (byte*)kept, bytes, bytes);
            Check(Driver.CopyFromHost(destination, kept, bytes, _stream.Handle), "cuMemcpyHtoDAsync", detail: $"{bytes} bytes");
            return;
        }

        _ring.CopyFromHost(source, destination, bytes, _stream.Handle);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A graph is being recorded: nothing has run yet that could be read.</exception>
    public override void CopyToHost(nint source, byte* destination, long bytes)
    {
        if (_capturedPinned is not null)
        {
            throw new InvalidOperationException($"{Name}: a result cannot be read while a graph is recorded");
        }

        Enter();
        _ring.CopyToHost(source, destination, bytes, _stream.Handle);
    }

    /// <inheritdoc/>
    public override void CopyWithin(nint source, nint destination, long bytes)
    {
        if (bytes > 0)
        {
            Enter();
            Check(Driver.CopyWithin(destination, source, bytes, _stream.Handle), "cuMemcpyDtoDAsync", detail: $"{bytes} bytes");
        }
    }

    /// <inheritdoc/>
    public override void Fill(nint destination, byte value, long bytes)
    {
        if (bytes > 0)
        {
            Enter();
            Check(Driver.Fill(destination, value, bytes, _stream.Handle), "cuMemsetD8Async", detail: $"{bytes} bytes");
        }
    }

    /// <inheritdoc/>
    public override void CopyFromDevice(Device source, nint address, nint destination, long bytes)
    {
        if (source is not CudaDevice other || other.Driver != Driver)
        {
            base.CopyFromDevice(source, address, destination, bytes);
            return;
        }

        // The source's earlier work must be done before, and this device's copy before the source goes on.
        other.Stream.Synchronize();
        Enter();
        Check(Driver.CopyPeer(destination, _context, address, other._context, bytes, _stream.Handle), "cuMemcpyPeerAsync", detail: $"{bytes} bytes");
        _stream.Synchronize();
    }

    /// <summary>Lets this device read and write another's memory without the processor, so that copies between them are direct.</summary>
    /// <returns>False where the two have no such connection; copies then go through the processor's memory.</returns>
    public bool EnablePeerAccess(CudaDevice other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Enter();
        Check(Driver.CanAccessPeer(Info.Ordinal, other.Info.Ordinal, out var can), "cuDeviceCanAccessPeer");
        if (can)
        {
            var code = Driver.EnablePeerAccess(other._context);
            Check(code == CudaResult.PeerAccessAlreadyEnabled ? CudaResult.Success : code, "cuCtxEnablePeerAccess");
        }

        return can;
    }

    /// <summary>Pinned memory of the processor, for <see cref="CopyAsync"/>: tensors over it are <see cref="Tensor.FromStorage"/> of a <see cref="CpuDevice"/>.</summary>
    /// <param name="bytes">How many.</param>
    public Storage AllocatePinned(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Enter();
        Check(Driver.AllocateHost(Math.Max(bytes, 1), out var address), "cuMemHostAlloc", detail: $"{bytes} bytes");
        return new PinnedStorage(this, address, Math.Max(bytes, 1));
    }

    /// <summary>
    /// Starts a copy between a dense tensor of this device and one in pinned memory, in order with the current stream, and does not wait: the pinned tensor must
    /// stay as it is until the stream has passed.
    /// </summary>
    /// <exception cref="ShapeMismatchException">Shapes differ.</exception>
    /// <exception cref="DTypeMismatchException">Element types differ.</exception>
    /// <exception cref="DeviceMismatchException">Not exactly one of them is on this device.</exception>
    public void CopyAsync(Tensor source, Tensor destination)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        if (source.Shape != destination.Shape || !source.IsContiguous || !destination.IsContiguous)
        {
            Throw.ShapeMismatch(nameof(CopyAsync), nameof(source), $"dense {destination.Shape}", $"{source.Shape} with strides {source.Strides}");
        }

        if (source.DType != destination.DType)
        {
            Throw.DTypeMismatch(nameof(CopyAsync), nameof(source), destination.DType.Name(), source.DType.Name());
        }

        var bytes = Tensor.DenseBytes(source.Shape, source.DType);
        Enter();
        if (source.Device == this && destination.Device.IsHostMemory)
        {
            Check(Driver.CopyToHost((nint)destination.Pointer, source.Address, bytes, _stream.Handle), "cuMemcpyDtoHAsync", detail: $"{bytes} bytes");
        }
        else if (destination.Device == this && source.Device.IsHostMemory)
        {
            Check(Driver.CopyFromHost(destination.Address, (nint)source.Pointer, bytes, _stream.Handle), "cuMemcpyHtoDAsync", detail: $"{bytes} bytes");
        }
        else
        {
            throw new DeviceMismatchException(nameof(CopyAsync), nameof(source), $"{Name} and a host", $"{source.Device.Name} to {destination.Device.Name}");
        }

        GC.KeepAlive(source);
        GC.KeepAlive(destination);
    }

    private sealed class PinnedStorage(CudaDevice device, nint address, long bytes) : Storage(address, bytes)
    {
        protected override void Free(nint address, bool forgotten) => _ = device.TryEnter() ? device.Driver.FreeHost(address) : CudaResult.Success;
    }
}
