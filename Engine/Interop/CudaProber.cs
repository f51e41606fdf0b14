using System.Globalization;

namespace PlamoNative.Engine;

/// <summary>Looks for a driver and asks it for its devices; whatever is wrong becomes a sentence.</summary>
internal static class CudaProber
{
    private static readonly Lazy<CudaProbe> Found = new(() =>
    {
        var (driver, problem) = NativeCudaDriver.Shared;
        return driver is null ? new CudaProbe(null, [], problem) : Probe(driver);
    });

    /// <summary>What the process's driver says; asked once.</summary>
    internal static CudaProbe Probe() => Found.Value;

    internal static CudaProbe Probe(CudaDriver driver)
    {
        try
        {
            driver.Check(driver.Initialize(), "cuInit");
            driver.Check(driver.GetVersion(out var version), "cuDriverGetVersion");
            driver.Check(driver.GetDeviceCount(out var count), "cuDeviceGetCount");
            var devices = Enumerable.Range(0, count).Select(ordinal => CudaDeviceReader.Read(driver, ordinal)).ToList();
            var text = string.Create(CultureInfo.InvariantCulture, $"{version / 1000}.{version % 1000 / 10}");
            return new CudaProbe(text, devices, count == 0 ? "the NVIDIA driver is there, but it lists no device" : null);
        }
        catch (CudaException exception)
        {
            return new CudaProbe(null, [], $"the NVIDIA driver is there, but {exception.Message}");
        }
    }
}
