using PlamoNative.Engine;
using PlamoNative.PtxEmulator;

namespace PlamoNative.Tests.Emulation;

/// <summary>
/// A CUDA device whose driver is the PTX emulator: allocator, launches, streams and graphs are the real ones, and the kernels are the PTX that the package
/// ships. Any finding of the emulator (race, out of bounds, uninitialized read, ...) fails the launch that made it.
/// </summary>
public sealed class EmulatedDevice : IDisposable
{
    private readonly EmulatedDriver _driver;

    /// <summary>Opens a device.</summary>
    /// <param name="major">Of the compute capability.</param>
    /// <param name="minor">Of the compute capability.</param>
    /// <param name="checks">Look for races and uninitialized reads too.</param>
    /// <param name="pooled">
    /// Use the memory pool, as devices do outside of tests. Else every tensor is an allocation of its own, so that an access just outside of one is seen.
    /// </param>
    /// <param name="deferred">Do work only when something waits for it; see <see cref="EmulatedStreams"/>.</param>
    public EmulatedDevice(int major = 8, int minor = 0, bool checks = true, bool pooled = false, bool deferred = false)
    {
        var architecture = new GpuArchitecture(major, minor, IsExact: major == 9 && minor == 0);
        _driver = new EmulatedDriver(architecture, new MachineOptions { Architecture = (major * 10) + minor, Checks = checks }, deferred);
        Device = new CudaDevice(_driver, 0, KernelLibrary.Default, new CudaDeviceOptions { UsesMemoryPool = pooled, CacheFolder = "" });
    }

    /// <summary>The device.</summary>
    public CudaDevice Device { get; }

    /// <summary>Launches so far.</summary>
    public long Launches => _driver.Launches;

    /// <summary>Thread instructions so far.</summary>
    public long ThreadInstructions => _driver.ThreadInstructions;

    /// <summary>Entries of the kernels that ran.</summary>
    public IReadOnlyCollection<string> Launched => _driver.Launched;

    /// <inheritdoc/>
    public void Dispose() => Device.Dispose();
}
