namespace PlamoNative.Engine;

/// <summary>Asks a driver for a device's properties.</summary>
internal static class CudaDeviceReader
{
    internal static CudaDeviceInfo Read(CudaDriver driver, int ordinal)
    {
        driver.Check(driver.GetDeviceName(ordinal, out var name), "cuDeviceGetName");
        driver.Check(driver.GetTotalMemory(ordinal, out var bytes), "cuDeviceTotalMem");
        driver.Check(driver.GetVersion(out var version), "cuDriverGetVersion");
        return new CudaDeviceInfo(
            ordinal,
            name,
            Ask(CudaDeviceAttribute.ComputeCapabilityMajor),
            Ask(CudaDeviceAttribute.ComputeCapabilityMinor),
            Ask(CudaDeviceAttribute.MultiprocessorCount),
            bytes)
        {
            DriverVersion = version,
            ClockMegahertz = Ask(CudaDeviceAttribute.ClockKilohertz) / 1000,
            MemoryClockMegahertz = Ask(CudaDeviceAttribute.MemoryClockKilohertz) / 1000,
            MemoryBusBits = Ask(CudaDeviceAttribute.MemoryBusBits),
            L2Bytes = Ask(CudaDeviceAttribute.L2Bytes),
            SharedBytesPerMultiprocessor = Ask(CudaDeviceAttribute.SharedBytesPerMultiprocessor),
            SharedBytesPerBlock = Ask(CudaDeviceAttribute.SharedBytesPerBlock),
            SharedBytesPerBlockOptIn = Ask(CudaDeviceAttribute.SharedBytesPerBlockOptIn),
            ReservedSharedBytesPerBlock = Ask(CudaDeviceAttribute.ReservedSharedBytesPerBlock),
            RegistersPerMultiprocessor = Ask(CudaDeviceAttribute.RegistersPerMultiprocessor),
            RegistersPerBlock = Ask(CudaDeviceAttribute.RegistersPerBlock),
            MaxThreadsPerBlock = Ask(CudaDeviceAttribute.MaxThreadsPerBlock),
            MaxThreadsPerMultiprocessor = Ask(CudaDeviceAttribute.MaxThreadsPerMultiprocessor),
            MaxBlocksPerMultiprocessor = Ask(CudaDeviceAttribute.MaxBlocksPerMultiprocessor),
            WarpSize = Ask(CudaDeviceAttribute.WarpSize),
            AsyncEngines = Ask(CudaDeviceAttribute.AsyncEngines),
            IsEccOn = Ask(CudaDeviceAttribute.IsEccOn) != 0,
        };

        // An old driver does not know the newest properties; they are 0 then.
        int Ask(CudaDeviceAttribute attribute) => driver.GetDeviceAttribute(ordinal, attribute, out var value) == CudaResult.Success ? value : 0;
    }
}
