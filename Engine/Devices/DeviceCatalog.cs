using System.Globalization;

namespace PlamoNative.Engine;

/// <summary>The one door to devices: names are looked up honestly, and nothing falls back silently.</summary>
public static class DeviceCatalog
{
    /// <summary>What looking for NVIDIA GPUs found; probed once a process.</summary>
    public static CudaProbe Cuda => CudaProber.Probe();

    /// <summary>Opens the device of a name.</summary>
    /// <param name="name"><c>auto</c> (the fastest that kernels exist for), <c>cpu</c>, or <c>cuda:N</c>.</param>
    /// <param name="threadCount">Threads for kernels on the processor; 0 means one per logical processor.</param>
    /// <exception cref="ConfigurationException">The name is none of these.</exception>
    /// <exception cref="DeviceUnavailableException">The device is named but cannot be used.</exception>
    public static Device Open(string name, int threadCount = 0)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name is "auto" or "cpu")
        {
            return new CpuDevice(threadCount);
        }

        if (!name.StartsWith("cuda:", StringComparison.Ordinal)
            || !int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal))
        {
            throw new ConfigurationException("device", "name", "auto, cpu or cuda:N", $"'{name}'");
        }

        var probe = Cuda;
        if (probe.Problem is { } problem)
        {
            throw new DeviceUnavailableException(name, problem);
        }

        if (ordinal >= probe.Devices.Count)
        {
            throw new DeviceUnavailableException(name, $"the driver lists {probe.Devices.Count} device(s), the last is cuda:{probe.Devices.Count - 1}");
        }

        throw new DeviceUnavailableException(name, $"{probe.Devices[ordinal].Name} is there, but this version has kernels for the processor only");
    }

    /// <summary>Why <c>auto</c> opens what it opens, in a few words for the first line of a command.</summary>
    public static string ExplainAuto() => Cuda.Problem is { } problem
        ? problem
        : "this version has kernels for the processor only";
}
