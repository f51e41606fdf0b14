namespace PlamoNative.Engine;

/// <summary>
/// A small array that was uploaded for a few launches (<see cref="CudaDevice.Upload"/>): <c>using var offsets = cuda.Upload&lt;int&gt;(values);</c>. Its memory is
/// used again by later work of the same stream as soon as it is disposed, which may be right after the launches.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public readonly ref struct DeviceArray<T>
    where T : unmanaged
{
    private readonly Storage? _storage;

    internal DeviceArray(Storage storage, long length) => (_storage, Length) = (storage, length);

    /// <summary>The first element on the device.</summary>
    public nint Address => _storage?.DeviceAddress ?? 0;

    /// <summary>Elements.</summary>
    public long Length { get; }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _storage?.Release();
}
