using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Lowering;
using PlamoNative.PtxEmulator.Memory;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator;

/// <summary>The sizes of a grid or of a block.</summary>
/// <param name="X">First axis.</param>
/// <param name="Y">Second axis.</param>
/// <param name="Z">Third axis.</param>
public readonly record struct Extent(int X, int Y = 1, int Z = 1)
{
    internal long Count => (long)X * Y * Z;

    /// <inheritdoc/>
    public override string ToString() => $"({X}, {Y}, {Z})";
}

/// <summary>A graphics processor made of code: memory, and launches of kernels that were read from PTX.</summary>
public sealed class Machine
{
    /// <summary>A machine with options of its own.</summary>
    public Machine(MachineOptions? options = null)
    {
        Options = options ?? new();
        Memory = new();
    }

    /// <summary>What the machine is like.</summary>
    public MachineOptions Options { get; }

    /// <summary>Global memory.</summary>
    public DeviceMemory Memory { get; }

    /// <summary>Reads PTX and places its global variables.</summary>
    /// <exception cref="PtxException">The text is not PTX that the emulator knows.</exception>
    public PtxModule Load(string ptx) => new(this, Parser.Parse(ptx));

    /// <summary>Runs a kernel to its end.</summary>
    /// <param name="kernel">From <see cref="PtxModule.Kernel"/> of this machine.</param>
    /// <param name="grid">Blocks along each axis.</param>
    /// <param name="block">Threads along each axis; at most 1024 in all.</param>
    /// <param name="dynamicSharedBytes">Shared bytes behind the kernel's static ones.</param>
    /// <param name="parameters">The parameters' bytes as the driver takes them: each at its aligned offset.</param>
    /// <exception cref="ArgumentException">A size is out of its range, or the parameters are too short.</exception>
    public LaunchResult Launch(PtxKernel kernel, Extent grid, Extent block, int dynamicSharedBytes, ReadOnlySpan<byte> parameters)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        return new Launch(this, kernel, grid, block, dynamicSharedBytes, parameters, kernel.ClusterSize).Run();
    }

    /// <summary>Runs a kernel with clusters of a size given at the launch.</summary>
    /// <exception cref="ArgumentException">A size is out of its range, or the parameters are too short.</exception>
    public LaunchResult Launch(PtxKernel kernel, Extent grid, Extent block, int dynamicSharedBytes, ReadOnlySpan<byte> parameters, Extent cluster)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        return new Launch(this, kernel, grid, block, dynamicSharedBytes, parameters, cluster).Run();
    }
}
