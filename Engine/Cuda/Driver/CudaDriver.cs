namespace PlamoNative.Engine;

/// <summary>
/// What is needed of the NVIDIA driver, one method for each of its functions. Each gives the driver's result code (0 is success); who calls it turns
/// codes into <see cref="CudaException"/>, which a method throws itself only where the driver has no such function. All addresses and handles are the driver's.
/// The real one is <see cref="NativeCudaDriver"/>; an emulator can stand in.
/// </summary>
internal abstract unsafe class CudaDriver
{
    /// <summary>Whether PTX becomes a cubin by <see cref="Link"/>, which can be kept; else <see cref="LoadModule"/> takes the text itself.</summary>
    internal virtual bool CanLink => false;

    /// <summary>What tells this build of the driver from others that speak the same CUDA version; empty where nothing does.</summary>
    internal virtual string Build => "";

    /// <summary>The name of a code, such as <c>CUDA_ERROR_OUT_OF_MEMORY</c>.</summary>
    internal abstract string ErrorName(int code);

    /// <summary>The driver's sentence about a code.</summary>
    internal abstract string ErrorText(int code);

    /// <summary>Starts the driver; the rest is valid after it only.</summary>
    internal abstract int Initialize();

    /// <summary>12040 for CUDA 12.4.</summary>
    internal abstract int GetVersion(out int version);

    internal abstract int GetDeviceCount(out int count);

    internal abstract int GetDeviceName(int ordinal, out string name);

    internal abstract int GetDeviceAttribute(int ordinal, CudaDeviceAttribute attribute, out int value);

    internal abstract int GetTotalMemory(int ordinal, out long bytes);

    /// <summary>The device's primary context, shared with other CUDA code in the process.</summary>
    internal abstract int RetainContext(int ordinal, out nint context);

    internal abstract int ReleaseContext(int ordinal);

    /// <summary>Makes a context the calling thread's.</summary>
    internal abstract int SetCurrent(nint context);

    internal abstract int SynchronizeContext();

    internal abstract int CanAccessPeer(int ordinal, int peer, out bool can);

    internal abstract int EnablePeerAccess(nint peerContext);

    internal abstract int GetMemoryInfo(out long free, out long total);

    internal abstract int Allocate(long bytes, out nint address);

    internal abstract int Free(nint address);

    /// <summary>Pinned memory of the processor, which the device reads and writes by itself.</summary>
    internal abstract int AllocateHost(long bytes, out nint address);

    internal abstract int FreeHost(nint address);

    /// <summary>In order with a stream; the source must stay until the copy is done.</summary>
    internal abstract int CopyFromHost(nint destination, nint source, long bytes, nint stream);

    internal abstract int CopyToHost(nint destination, nint source, long bytes, nint stream);

    internal abstract int CopyWithin(nint destination, nint source, long bytes, nint stream);

    internal abstract int CopyPeer(nint destination, nint destinationContext, nint source, nint sourceContext, long bytes, nint stream);

    internal abstract int Fill(nint destination, byte value, long bytes, nint stream);

    /// <summary>A stream that does not wait for the legacy default stream.</summary>
    internal abstract int CreateStream(out nint stream);

    internal abstract int DestroyStream(nint stream);

    internal abstract int SynchronizeStream(nint stream);

    /// <summary>Success, <see cref="CudaResult.NotReady"/>, or the error of earlier work.</summary>
    internal abstract int QueryStream(nint stream);

    internal abstract int WaitEvent(nint stream, nint @event);

    internal abstract int CreateEvent(bool measuresTime, out nint @event);

    internal abstract int DestroyEvent(nint @event);

    internal abstract int RecordEvent(nint @event, nint stream);

    internal abstract int QueryEvent(nint @event);

    internal abstract int SynchronizeEvent(nint @event);

    internal abstract int ElapsedTime(nint start, nint end, out float milliseconds);

    /// <summary>Assembles PTX (zero-terminated UTF-8) into a cubin for the current context's device.</summary>
    /// <param name="ptx">The text and its terminating zero.</param>
    /// <param name="options">How.</param>
    /// <param name="cubin">The machine code; empty on failure.</param>
    /// <param name="log">What the assembler said, errors first.</param>
    internal virtual int Link(ReadOnlySpan<byte> ptx, in CudaModuleOptions options, out byte[] cubin, out string log)
    {
        (cubin, log) = ([], "");
        return CudaResult.NotSupported;
    }

    /// <summary>Loads a cubin or zero-terminated PTX.</summary>
    internal abstract int LoadModule(ReadOnlySpan<byte> image, in CudaModuleOptions options, out nint module, out string log);

    internal abstract int UnloadModule(nint module);

    internal abstract int GetFunction(nint module, string name, out nint function);

    internal abstract int GetFunctionAttribute(nint function, CudaFunctionAttribute attribute, out int value);

    internal abstract int SetFunctionAttribute(nint function, CudaFunctionAttribute attribute, int value);

    /// <summary>Blocks of a kernel that a multiprocessor holds at once.</summary>
    internal abstract int GetOccupancy(nint function, int blockThreads, int dynamicSharedBytes, out int blocks);

    /// <param name="launch">Which function, and how many of it.</param>
    /// <param name="parameters">The whole parameter buffer in the layout of the kernel's PTX declaration; copied before the method returns.</param>
    internal abstract int Launch(in CudaLaunch launch, ReadOnlySpan<byte> parameters);

    internal abstract int BeginCapture(nint stream);

    internal abstract int EndCapture(nint stream, out nint graph);

    internal abstract int InstantiateGraph(nint graph, out nint executable);

    internal abstract int LaunchGraph(nint executable, nint stream);

    internal abstract int DestroyGraph(nint graph);

    internal abstract int DestroyGraphExecutable(nint executable);

    /// <summary>Throws what a code says unless it is success.</summary>
    /// <param name="code">What a method gave.</param>
    /// <param name="call">What was called, in words of this driver.</param>
    /// <param name="kernel">The kernel that it was about, if any.</param>
    /// <param name="detail">More that a person should know, such as the assembler's log.</param>
    internal void Check(int code, string call, string? kernel = null, string? detail = null)
    {
        if (code != CudaResult.Success)
        {
            throw new CudaException(code, ErrorName(code), ErrorText(code), call, kernel, detail);
        }
    }
}
