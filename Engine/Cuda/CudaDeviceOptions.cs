namespace PlamoNative.Engine;

/// <summary>How a GPU is used.</summary>
public sealed record CudaDeviceOptions
{
    /// <summary>Where assembled kernels are kept; empty keeps none, null takes <c>PLAMO_CACHE</c> or the user's cache folder.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>The driver's assembler's level, 0 to 4.</summary>
    public int OptimizationLevel { get; init; } = 4;

    /// <summary>A bound on the registers of all kernels; 0 leaves each its own.</summary>
    public int MaximumRegisters { get; init; }

    /// <summary>Whether machine code keeps the lines of its source, so that Nsight shows them. Also by <c>PLAMO_CUDA_LINES=1</c>.</summary>
    public bool HasLineInformation { get; init; } = Environment.GetEnvironmentVariable("PLAMO_CUDA_LINES") == "1";

    /// <summary>Whether each launch is waited for, so that a failure names the kernel that it happened in; slow. Also by <c>PLAMO_CUDA_BLOCKING=1</c>.</summary>
    public bool IsBlocking { get; init; } = Environment.GetEnvironmentVariable("PLAMO_CUDA_BLOCKING") == "1";

    /// <summary>False gives each tensor an allocation of its own, in which memory checkers find what leaves its bounds; slow. Also by <c>PLAMO_CUDA_POOL=0</c>.</summary>
    public bool UsesMemoryPool { get; init; } = Environment.GetEnvironmentVariable("PLAMO_CUDA_POOL") != "0";

    /// <summary>Pinned memory that copies go through, in bytes.</summary>
    public int StagingBytes { get; init; } = 16 << 20;
}
