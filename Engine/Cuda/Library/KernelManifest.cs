namespace PlamoNative.Engine;

/// <summary>What a kernel takes at one place of its parameter list.</summary>
public enum KernelParameterKind
{
    /// <summary>A device address and a length in elements: 16 bytes, the address first.</summary>
    View,

    /// <summary>A 32-bit signed integer.</summary>
    Int32,

    /// <summary>A 64-bit signed integer.</summary>
    Int64,

    /// <summary>A 32-bit unsigned integer.</summary>
    UInt32,

    /// <summary>A 32-bit float.</summary>
    Float32,

    /// <summary>A 64-bit float.</summary>
    Float64,

    /// <summary>An unmanaged structure of such scalars, in C# layout.</summary>
    Struct,
}

/// <summary>One parameter of a kernel.</summary>
/// <param name="Name">Its name in C#.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Offset">Where it begins in the parameter buffer, in bytes.</param>
/// <param name="Size">Its bytes.</param>
public sealed record KernelParameter(string Name, KernelParameterKind Kind, int Offset, int Size);

/// <summary>One kernel compiled for one architecture: all that a launch must know.</summary>
public sealed record KernelManifest
{
    /// <summary><c>Class.Method</c> or <c>Class.Method.suffix</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The entry's name in the PTX text.</summary>
    public required string Entry { get; init; }

    /// <summary>The target it was compiled for.</summary>
    public required GpuArchitecture Architecture { get; init; }

    /// <summary>What a launch passes, in order.</summary>
    public required IReadOnlyList<KernelParameter> Parameters { get; init; }

    /// <summary>Bytes of the whole parameter buffer.</summary>
    public required int ParameterBytes { get; init; }

    /// <summary>Shared memory that the code itself declares, in bytes.</summary>
    public int StaticSharedBytes { get; init; }

    /// <summary>Whether a launch must give shared memory.</summary>
    public bool UsesDynamicShared { get; init; }

    /// <summary>Threads of a block in every launch.</summary>
    public required int BlockThreads { get; init; }

    /// <summary>Blocks that must fit into a multiprocessor together.</summary>
    public int MinimumBlocks { get; init; } = 1;

    /// <summary>Registers a thread may have; 0 where the assembler chooses.</summary>
    public int MaximumRegisters { get; init; }

    /// <summary>Blocks of a cluster along x; 0 for none.</summary>
    public int ClusterSize { get; init; }

    /// <summary>Machine instructions that the assembled kernel must have, separated by spaces.</summary>
    public string Expects { get; init; } = "";

    /// <summary>SHA-256 of the PTX text as it is given to the driver, in lower-case hexadecimal digits.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>Identifies the build of the kernels' assembly that the text was made from.</summary>
    public string BuildHash { get; init; } = "";

    /// <summary>Which of the library's texts it is; texts that differ in their <c>.target</c> line only are one.</summary>
    internal int Text { get; init; }
}
