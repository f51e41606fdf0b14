using System.Globalization;

namespace PlamoNative.Engine;

/// <summary>The one door to devices: names are looked up honestly, and nothing falls back silently.</summary>
public static class DeviceCatalog
{
    // What the last opening of auto found: a driver that lists a GPU may still refuse it.
    private static string? _autoProblem;

    /// <summary>Opens a GPU, or says why not.</summary>
    internal delegate T? Opener<T>(int ordinal, out string? problem)
        where T : class;

    /// <summary>What looking for NVIDIA GPUs found; probed once a process.</summary>
    public static CudaProbe Cuda => CudaProber.Probe();

    /// <summary>Opens the device of a name.</summary>
    /// <param name="name"><c>auto</c> (the first GPU that the kernels run on, else the processor), <c>cpu</c>, or <c>cuda:N</c>.</param>
    /// <param name="threadCount">Threads for kernels on the processor; 0 means one per logical processor.</param>
    /// <param name="options">How a GPU is used.</param>
    /// <exception cref="ConfigurationException">The name is none of these.</exception>
    /// <exception cref="DeviceUnavailableException">The device is named but cannot be used.</exception>
    public static Device Open(string name, int threadCount = 0, CudaDeviceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name == "cpu")
        {
            return new CpuDevice(threadCount);
        }

        if (name == "auto")
        {
            return OpenFirst(Cuda.Devices.Count, (int ordinal, out string? why) => OpenCuda(ordinal, options, out why), out _autoProblem) is { } gpu
                ? gpu
                : new CpuDevice(threadCount);
        }

        if (!name.StartsWith("cuda:", StringComparison.Ordinal)
            || !int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal))
        {
            throw new ConfigurationException("device", "name", "auto, cpu or cuda:N", $"'{name}'");
        }

        return OpenCuda(ordinal, options, out var problem) ?? throw new DeviceUnavailableException(name, problem!);
    }

    /// <summary>Why <c>auto</c> opens what it opens, in a few words for the first line of a command.</summary>
    public static string ExplainAuto() =>
        _autoProblem ?? ExplainFirst(Cuda.Devices.Count, ordinal => ProblemOf(Cuda, ordinal, () => KernelLibrary.Default));

    /// <summary>Opens the first GPU that lets itself be opened.</summary>
    /// <param name="count">GPUs that the driver lists; with none the opener is asked once, for the reason.</param>
    /// <param name="open">Opens one.</param>
    /// <param name="problem">On one line, why those before it were not opened, or all; null when the first one was.</param>
    internal static T? OpenFirst<T>(int count, Opener<T> open, out string? problem)
        where T : class
    {
        T? device = null;
        var text = ExplainFirst(count, ordinal => (device = open(ordinal, out var why)) is null ? why ?? "unknown" : null);
        problem = device is not null && text == Good(0) ? null : text;
        return device;
    }

    /// <summary>Why a device cannot be used, or null.</summary>
    internal static string? ProblemOf(CudaProbe probe, int ordinal, Func<KernelLibrary> kernels)
    {
        if (probe.Problem is { } problem)
        {
            return problem;
        }

        if (ordinal >= probe.Devices.Count)
        {
            return $"the driver lists {probe.Devices.Count} device(s), the last is cuda:{probe.Devices.Count - 1}";
        }

        var info = probe.Devices[ordinal];
        try
        {
            var library = kernels();
            var (major, minor) = (info.ComputeCapabilityMajor, info.ComputeCapabilityMinor);
            return library.Kernels.Any(kernel => kernel.Architecture.RunsOn(major, minor))
                ? null
                : $"{info.Name} has compute capability {major}.{minor}, and no kernel of {library.Source} runs on it";
        }
        catch (Exception failure) when (failure is KernelNotFoundException or ModelFormatException)
        {
            return $"{info.Name} is there, but its kernels are not: {failure.Message}";
        }
    }

    /// <summary>The problems of the GPUs in order up to the first that has none, on one line.</summary>
    internal static string ExplainFirst(int count, Func<int, string?> problemOf)
    {
        if (count <= 1)
        {
            return problemOf(0) ?? Good(0);
        }

        var refused = new List<string>();
        for (var ordinal = 0; ordinal < count; ordinal++)
        {
            if (problemOf(ordinal) is not { } problem)
            {
                return string.Join("; ", [Good(ordinal), .. refused]);
            }

            refused.Add(string.Create(CultureInfo.InvariantCulture, $"cuda:{ordinal}: {problem}"));
        }

        return string.Join("; ", refused);
    }

    private static string Good(int ordinal) => string.Create(CultureInfo.InvariantCulture, $"the driver and kernels for cuda:{ordinal} are there");

    private static CudaDevice? OpenCuda(int ordinal, CudaDeviceOptions? options, out string? problem)
    {
        problem = ProblemOf(Cuda, ordinal, () => KernelLibrary.Default);
        if (problem is not null)
        {
            return null;
        }

        try
        {
            return new CudaDevice(NativeCudaDriver.Shared.Driver!, ordinal, KernelLibrary.Default, options);
        }
        catch (CudaException failure)
        {
            problem = failure.Message;
            return null;
        }
    }
}
