namespace PlamoNative.Engine;

/// <summary>One launch as the driver takes it.</summary>
internal readonly record struct CudaLaunch
{
    internal required nint Function { get; init; }

    internal required GridSize Grid { get; init; }

    /// <summary>Threads of a block, along x.</summary>
    internal required int BlockThreads { get; init; }

    internal required int DynamicSharedBytes { get; init; }

    internal required nint Stream { get; init; }

    /// <summary>Blocks of a cluster along x; 0 for none.</summary>
    internal int ClusterSize { get; init; }
}

/// <summary>How a module is assembled by the driver.</summary>
/// <param name="OptimizationLevel">0 to 4.</param>
/// <param name="MaximumRegisters">A bound for all kernels of the module; 0 for none.</param>
/// <param name="HasLineInformation">Whether the machine code keeps the lines of the PTX text's <c>.loc</c>.</param>
internal readonly record struct CudaModuleOptions(int OptimizationLevel, int MaximumRegisters, bool HasLineInformation);
