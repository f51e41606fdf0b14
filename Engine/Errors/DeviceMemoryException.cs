namespace PlamoNative.Engine;

/// <summary>A GPU has no block of the wanted size, also after cached blocks were given back. The message names sizes and the largest users.</summary>
public sealed class DeviceMemoryException : OutOfMemoryException
{
    internal DeviceMemoryException(string device, long asked, long free, long total, MemoryInfo memory, string users)
        : base($"{device}: no {Size(asked)} left: {Size(free)} of {Size(total)} are free, {Size(memory.LiveBytes)} are held by tensors, {Size(memory.CachedBytes)} are cached in pieces that do not fit; largest users: {users}")
    {
        (AskedBytes, FreeBytes, TotalBytes, Memory) = (asked, free, total, memory);
    }

    /// <summary>What could not be had.</summary>
    public long AskedBytes { get; }

    /// <summary>What the driver says is free, for all programs.</summary>
    public long FreeBytes { get; }

    /// <summary>The device's memory.</summary>
    public long TotalBytes { get; }

    /// <summary>What this program's tensors held.</summary>
    public MemoryInfo Memory { get; }

    internal static string Size(long bytes) => bytes >= 1L << 20
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):0.#} MiB")
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{bytes} bytes");
}
