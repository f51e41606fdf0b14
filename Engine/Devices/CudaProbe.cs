namespace PlamoNative.Engine;

/// <summary>One GPU as the driver describes it: what a kernel's author asks first. A property that an old driver does not know is 0.</summary>
/// <param name="Ordinal">N of <c>cuda:N</c>.</param>
/// <param name="Name">The product's name.</param>
/// <param name="ComputeCapabilityMajor">9 of 9.0.</param>
/// <param name="ComputeCapabilityMinor">0 of 9.0.</param>
/// <param name="MultiprocessorCount">Streaming multiprocessors.</param>
/// <param name="TotalMemoryBytes">Device memory in bytes.</param>
public sealed record CudaDeviceInfo(
    int Ordinal, string Name, int ComputeCapabilityMajor, int ComputeCapabilityMinor, int MultiprocessorCount, long TotalMemoryBytes)
{
    /// <summary>The CUDA version of the driver: 12040 for 12.4.</summary>
    public int DriverVersion { get; init; }

    /// <summary>The multiprocessors' highest clock.</summary>
    public int ClockMegahertz { get; init; }

    /// <summary>The memory's highest clock.</summary>
    public int MemoryClockMegahertz { get; init; }

    /// <summary>Width of the memory's bus.</summary>
    public int MemoryBusBits { get; init; }

    /// <summary>The second-level cache.</summary>
    public int L2Bytes { get; init; }

    /// <summary>Shared memory of a multiprocessor.</summary>
    public int SharedBytesPerMultiprocessor { get; init; }

    /// <summary>Shared memory that a block gets without being allowed more.</summary>
    public int SharedBytesPerBlock { get; init; }

    /// <summary>Shared memory that a block can be allowed.</summary>
    public int SharedBytesPerBlockOptIn { get; init; }

    /// <summary>Shared memory of each block that the driver keeps to itself.</summary>
    public int ReservedSharedBytesPerBlock { get; init; }

    /// <summary>32-bit registers of a multiprocessor.</summary>
    public int RegistersPerMultiprocessor { get; init; }

    /// <summary>32-bit registers that a block can have.</summary>
    public int RegistersPerBlock { get; init; }

    /// <summary>Threads of the largest block.</summary>
    public int MaxThreadsPerBlock { get; init; }

    /// <summary>Threads that a multiprocessor holds at once.</summary>
    public int MaxThreadsPerMultiprocessor { get; init; }

    /// <summary>Blocks that a multiprocessor holds at once.</summary>
    public int MaxBlocksPerMultiprocessor { get; init; }

    /// <summary>Threads of a warp.</summary>
    public int WarpSize { get; init; }

    /// <summary>Copies that can run beside kernels.</summary>
    public int AsyncEngines { get; init; }

    /// <summary>Whether memory errors are corrected.</summary>
    public bool IsEccOn { get; init; }

    /// <summary>What the memory moves at most: two transfers a clock, in 10^9 bytes a second. 0 where the driver does not tell.</summary>
    public double MemoryGigabytesPerSecond => 2.0 * MemoryClockMegahertz * MemoryBusBits / 8 / 1000;
}

/// <summary>What looking for the NVIDIA driver found.</summary>
/// <param name="DriverVersion">The CUDA version that the driver speaks, such as 12.4; null when it could not be asked.</param>
/// <param name="Devices">The GPUs that it lists.</param>
/// <param name="Problem">Why there is no GPU, or null.</param>
public sealed record CudaProbe(string? DriverVersion, IReadOnlyList<CudaDeviceInfo> Devices, string? Problem);
