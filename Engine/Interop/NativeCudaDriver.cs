using System.Runtime.InteropServices;
using System.Text;

namespace PlamoNative.Engine;

/// <summary>
/// The NVIDIA driver's own library, <c>libcuda.so.1</c> or <c>nvcuda.dll</c>: the only native library that the project ever loads, and only when it is there. Its
/// functions are looked up when they are first used, so an old driver serves until something is asked of it that it has not; that is an error which names the
/// function.
/// </summary>
internal sealed unsafe partial class NativeCudaDriver : CudaDriver
{
    private const int LongestName = 256;

    private static readonly Lazy<(NativeCudaDriver? Driver, string? Problem)> SharedDriver = new(() => Open(LibraryName));

    private static readonly Lazy<string> DriverBuild = new(() => NativeDriverBuild.Find(LibraryName));

    private readonly nint _library;
    private readonly string _path;
    private nint _init, _version, _errorName, _errorText, _count, _device, _deviceName, _attribute, _totalMemory;
    private nint _retain, _release, _setCurrent, _synchronize, _canAccessPeer, _enablePeer;

    private NativeCudaDriver(nint library, string path) => (_library, _path) = (library, path);

    internal static string LibraryName => OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";

    /// <summary>The process's driver, or why there is none.</summary>
    internal static (NativeCudaDriver? Driver, string? Problem) Shared => SharedDriver.Value;

    /// <inheritdoc/>
    internal override bool CanLink => true;

    /// <inheritdoc/>
    internal override string Build => DriverBuild.Value;

    /// <summary>Loads a driver; nothing of it has run yet.</summary>
    /// <param name="path">The system's name for it, or a file.</param>
    internal static (NativeCudaDriver? Driver, string? Problem) Open(string path) => NativeLibrary.TryLoad(path, out var library)
        ? (new NativeCudaDriver(library, path), null)
        : (null, $"no NVIDIA driver: {path} was not found");

    /// <inheritdoc/>
    internal override string ErrorName(int code)
    {
        byte* text = null;
        var result = ((delegate* unmanaged<int, byte**, int>)Find(ref _errorName, "cuGetErrorName"))(code, &text);
        return result == CudaResult.Success && text != null ? Text(text) : "an unknown error";
    }

    /// <inheritdoc/>
    internal override string ErrorText(int code)
    {
        byte* text = null;
        var result = ((delegate* unmanaged<int, byte**, int>)Find(ref _errorText, "cuGetErrorString"))(code, &text);
        return result == CudaResult.Success && text != null ? Text(text) : "the driver does not know this code";
    }

    /// <inheritdoc/>
    internal override int Initialize() => ((delegate* unmanaged<uint, int>)Find(ref _init, "cuInit"))(0);

    /// <inheritdoc/>
    internal override int GetVersion(out int version)
    {
        fixed (int* result = &version)
        {
            return ((delegate* unmanaged<int*, int>)Find(ref _version, "cuDriverGetVersion"))(result);
        }
    }

    /// <inheritdoc/>
    internal override int GetDeviceCount(out int count)
    {
        fixed (int* result = &count)
        {
            return ((delegate* unmanaged<int*, int>)Find(ref _count, "cuDeviceGetCount"))(result);
        }
    }

    /// <inheritdoc/>
    internal override int GetDeviceName(int ordinal, out string name)
    {
        var buffer = stackalloc byte[LongestName];
        var code = DeviceOf(ordinal, out var device);
        if (code == CudaResult.Success)
        {
            code = ((delegate* unmanaged<byte*, int, int, int>)Find(ref _deviceName, "cuDeviceGetName"))(buffer, LongestName, device);
        }

        name = code == CudaResult.Success ? Text(buffer) : "";
        return code;
    }

    /// <inheritdoc/>
    internal override int GetDeviceAttribute(int ordinal, CudaDeviceAttribute attribute, out int value)
    {
        value = 0;
        var code = DeviceOf(ordinal, out var device);
        fixed (int* result = &value)
        {
            return code != CudaResult.Success
                ? code
                : ((delegate* unmanaged<int*, int, int, int>)Find(ref _attribute, "cuDeviceGetAttribute"))(result, (int)attribute, device);
        }
    }

    /// <inheritdoc/>
    internal override int GetTotalMemory(int ordinal, out long bytes)
    {
        nuint total = 0;
        var code = DeviceOf(ordinal, out var device);
        if (code == CudaResult.Success)
        {
            code = ((delegate* unmanaged<nuint*, int, int>)Find(ref _totalMemory, "cuDeviceTotalMem_v2"))(&total, device);
        }

        bytes = (long)total;
        return code;
    }

    /// <inheritdoc/>
    internal override int RetainContext(int ordinal, out nint context)
    {
        context = 0;
        var code = DeviceOf(ordinal, out var device);
        fixed (nint* result = &context)
        {
            return code != CudaResult.Success
                ? code
                : ((delegate* unmanaged<nint*, int, int>)Find(ref _retain, "cuDevicePrimaryCtxRetain"))(result, device);
        }
    }

    /// <inheritdoc/>
    internal override int ReleaseContext(int ordinal)
    {
        var code = DeviceOf(ordinal, out var device);
        return code != CudaResult.Success ? code : ((delegate* unmanaged<int, int>)Find(ref _release, "cuDevicePrimaryCtxRelease_v2"))(device);
    }

    /// <inheritdoc/>
    /// <remarks>Called each time and not remembered: other CUDA code of the process may have made its own context current.</remarks>
    internal override int SetCurrent(nint context) => ((delegate* unmanaged<nint, int>)Find(ref _setCurrent, "cuCtxSetCurrent"))(context);

    /// <inheritdoc/>
    internal override int SynchronizeContext() => ((delegate* unmanaged<int>)Find(ref _synchronize, "cuCtxSynchronize"))();

    /// <inheritdoc/>
    internal override int CanAccessPeer(int ordinal, int peer, out bool can)
    {
        int answer = 0, other = 0;
        var code = DeviceOf(ordinal, out var device);
        code = code == CudaResult.Success ? DeviceOf(peer, out other) : code;
        if (code == CudaResult.Success)
        {
            code = ((delegate* unmanaged<int*, int, int, int>)Find(ref _canAccessPeer, "cuDeviceCanAccessPeer"))(&answer, device, other);
        }

        can = answer != 0;
        return code;
    }

    /// <inheritdoc/>
    internal override int EnablePeerAccess(nint peerContext) =>
        ((delegate* unmanaged<nint, uint, int>)Find(ref _enablePeer, "cuCtxEnablePeerAccess"))(peerContext, 0);

    private static string Text(byte* text) => Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));

    private int DeviceOf(int ordinal, out int device)
    {
        fixed (int* result = &device)
        {
            return ((delegate* unmanaged<int*, int, int>)Find(ref _device, "cuDeviceGet"))(result, ordinal);
        }
    }

    private nint Find(ref nint slot, string name)
    {
        var address = Volatile.Read(ref slot);
        return address != 0 ? address : FindFirst(ref slot, name);
    }

    private nint FindFirst(ref nint slot, string name)
    {
        if (!NativeLibrary.TryGetExport(_library, name, out var address))
        {
            throw new CudaException(CudaResult.NotFound, "CUDA_ERROR_NOT_FOUND", $"{_path} has no such function: the driver is too old", name);
        }

        Volatile.Write(ref slot, address);
        return address;
    }
}
