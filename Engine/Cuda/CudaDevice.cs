using System.Globalization;

namespace PlamoNative.Engine;

/// <summary>
/// An NVIDIA GPU through its driver. Work is started by any thread and runs in order on the current stream (<see cref="Stream"/>); memory is pooled, and kernels
/// come from libraries that were compiled beforehand.
/// </summary>
public sealed unsafe partial class CudaDevice : Device
{
    private const int StagingChunks = 8;

    private readonly nint _context;
    private readonly PinnedRing _ring;
    private CudaStream _stream;
    private bool _isDisposed;

    internal CudaDevice(CudaDriver driver, int ordinal, KernelLibrary library, CudaDeviceOptions? options = null)
    {
        Driver = driver;
        Options = options ?? new CudaDeviceOptions();
        Check(driver.Initialize(), "cuInit");
        Info = CudaDeviceReader.Read(driver, ordinal);
        _libraries.Add(library);
        _cubins = CubinCache.For(Options);
        Check(driver.RetainContext(ordinal, out _context), "cuDevicePrimaryCtxRetain");
        Pool = new CudaMemoryPool(driver, Name, Options.UsesMemoryPool, TryEnter);
        _ring = new PinnedRing(this, Math.Max(1 << 12, Options.StagingBytes / StagingChunks), StagingChunks);
        _stream = DefaultStream = new CudaStream(this);
    }

    /// <inheritdoc/>
    public override string Name => string.Create(CultureInfo.InvariantCulture, $"cuda:{Info.Ordinal}");

    /// <inheritdoc/>
    public override string Description => string.Create(
        CultureInfo.InvariantCulture,
        $"{Info.Name}, sm_{Info.ComputeCapabilityMajor}{Info.ComputeCapabilityMinor}, {Info.MultiprocessorCount} multiprocessors, {Info.TotalMemoryBytes / (double)(1L << 30):0.#} GiB");

    /// <summary>What the driver says of the device.</summary>
    public CudaDeviceInfo Info { get; }

    /// <summary>How it is used.</summary>
    public CudaDeviceOptions Options { get; }

    /// <summary>The stream that launches, copies and allocations are ordered by; <see cref="Use(CudaStream)"/> changes it.</summary>
    public CudaStream Stream => _stream;

    /// <summary>The stream that is current from the start.</summary>
    public CudaStream DefaultStream { get; }

    /// <inheritdoc/>
    public override MemoryInfo Memory => Pool.Info;

    internal CudaDriver Driver { get; }

    internal CudaMemoryPool Pool { get; }

    /// <summary>Creates another stream.</summary>
    public CudaStream CreateStream() => new(this);

    /// <summary>Creates an event.</summary>
    /// <param name="measuresTime">Whether <see cref="CudaEvent.MillisecondsSince"/> is wanted of it; events for waiting alone are cheaper.</param>
    public CudaEvent CreateEvent(bool measuresTime = false) => new(this, measuresTime);

    /// <summary>Makes a stream the current one until the result is disposed.</summary>
    /// <exception cref="ArgumentException">The stream is of another device.</exception>
    public StreamScope Use(CudaStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (stream.Device != this)
        {
            throw new ArgumentException($"a stream of {stream.Device.Name} cannot be current on {Name}", nameof(stream));
        }

        var scope = new StreamScope(this, _stream);
        _stream = stream;
        return scope;
    }

    /// <inheritdoc/>
    public override void Synchronize()
    {
        Enter();
        CheckWork(Driver.SynchronizeContext(), "cuCtxSynchronize");
    }

    /// <summary>Makes the device's context the calling thread's, which every call to the driver needs.</summary>
    internal void Enter()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Check(Driver.SetCurrent(_context), "cuCtxSetCurrent");
    }

    /// <summary>As <see cref="Enter"/> for what is given back late; false when the device is gone, and all that it had with it.</summary>
    internal bool TryEnter() => !_isDisposed && Driver.SetCurrent(_context) == CudaResult.Success;

    /// <summary>Ends what the copies' staging has to do with a stream that is about to end.</summary>
    internal void Leave(CudaStream stream) => _ring.Leave(stream.Handle);

    internal void Check(int code, string call, string? kernel = null, string? detail = null) => Driver.Check(code, call, kernel, detail);

    /// <summary>Checks a call that also reports failures of earlier work: the last kernel is named, since it may be the one.</summary>
    internal void CheckWork(int code, string call)
    {
        if (code != CudaResult.Success)
        {
            Driver.Check(code, call, _lastLaunched?.Name, _lastLaunched is null ? null : "the last that was launched; PLAMO_CUDA_BLOCKING=1 tells which one failed");
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing || _isDisposed)
        {
            return;
        }

        // A device whose work failed refuses all of this; what is left then ends with the process.
        Enter();
        _ = Driver.SynchronizeContext();
        _ring.Close();
        UnloadKernels();
        Pool.Close();
        DefaultStream.Dispose();
        _ = Driver.ReleaseContext(Info.Ordinal);
        _isDisposed = true;
    }

    /// <summary>The time in which another stream is current.</summary>
    public readonly ref struct StreamScope
    {
        private readonly CudaDevice _device;
        private readonly CudaStream _before;

        internal StreamScope(CudaDevice device, CudaStream before) => (_device, _before) = (device, before);

        /// <summary>Makes the stream before current again.</summary>
        public void Dispose() => _device._stream = _before;
    }
}
