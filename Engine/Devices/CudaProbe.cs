namespace PlamoNative.Engine;

/// <summary>One GPU as the driver describes it.</summary>
/// <param name="Ordinal">N of <c>cuda:N</c>.</param>
/// <param name="Name">The product's name.</param>
/// <param name="ComputeCapabilityMajor">9 of 9.0.</param>
/// <param name="ComputeCapabilityMinor">0 of 9.0.</param>
/// <param name="MultiprocessorCount">Streaming multiprocessors.</param>
/// <param name="TotalMemoryBytes">Device memory in bytes.</param>
public sealed record CudaDeviceInfo(
    int Ordinal, string Name, int ComputeCapabilityMajor, int ComputeCapabilityMinor, int MultiprocessorCount, long TotalMemoryBytes);

/// <summary>What looking for the NVIDIA driver found.</summary>
/// <param name="DriverVersion">The CUDA version that the driver speaks, such as 12.4; null when it could not be asked.</param>
/// <param name="Devices">The GPUs that it lists.</param>
/// <param name="Problem">Why there is no GPU, or null.</param>
public sealed record CudaProbe(string? DriverVersion, IReadOnlyList<CudaDeviceInfo> Devices, string? Problem);
