namespace PlamoNative.Engine;

/// <summary>
/// Marks a static method as a GPU kernel: the build compiles it to PTX for each architecture it is declared for, and the assembler's tests hold it to what is
/// declared here. Its name is <c>Class.Method</c>, or <c>Class.Method.suffix</c> for each <see cref="GpuKernelVariantAttribute"/>.
/// </summary>
/// <param name="blockThreads">Threads of a block; every launch has exactly so many (<c>.maxntid</c>).</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GpuKernelAttribute(int blockThreads) : Attribute
{
    /// <summary>Threads of a block.</summary>
    public int BlockThreads { get; } = blockThreads;

    /// <summary>Blocks that must fit into a multiprocessor together (<c>.minnctapersm</c>): a bound on registers.</summary>
    public int MinimumBlocks { get; init; } = 1;

    /// <summary>Registers a thread may have (<c>.maxnreg</c>); 0 leaves it to the assembler. The tests fail above it, or above 128 where it is 0.</summary>
    public int MaximumRegisters { get; init; }

    /// <summary>The first architecture that has the kernel's instructions: <c>75</c> (all), <c>80</c>, <c>89</c>, <c>90</c>, or <c>90a</c> (only 9.0 itself).</summary>
    public string Architecture { get; init; } = "75";

    /// <summary>Machine instructions that must be found in the assembled kernel, separated by spaces, such as <c>HMMA LDGSTS LDG.E.128</c>.</summary>
    public string Expects { get; init; } = "";

    /// <summary>Blocks of a cluster along x (<c>.reqnctapercluster</c>); 0 for none.</summary>
    public int ClusterSize { get; init; }
}
