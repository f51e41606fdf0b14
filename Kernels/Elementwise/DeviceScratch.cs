using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>
/// Memory for results between the launches of one operator, out of the device's pool: <c>using var sums = new DeviceScratch&lt;float&gt;(device, count);</c>. It may be disposed right after
/// the launches, as later work of the stream comes after them. No object is made for it.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
internal readonly unsafe ref struct DeviceScratch<T>
    where T : unmanaged
{
    private readonly Storage? _storage;

    /// <summary>Takes memory for so many elements; its content is undefined.</summary>
    /// <exception cref="DeviceMemoryException">The device has no such block.</exception>
    public DeviceScratch(CudaDevice device, long length)
    {
        _storage = device.Allocate(checked(length * sizeof(T)));
        Length = length;
    }

    /// <summary>The first element on the device.</summary>
    public nint Address => _storage?.DeviceAddress ?? 0;

    /// <summary>Elements.</summary>
    public long Length { get; }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _storage?.Release();
}

/// <summary>Scratch as an argument.</summary>
internal static class DeviceScratchLaunch
{
    /// <summary>Passes scratch as a view.</summary>
    public static KernelLaunch View<T>(this KernelLaunch launch, scoped in DeviceScratch<T> scratch)
        where T : unmanaged => launch.View(scratch.Address, scratch.Length);
}
