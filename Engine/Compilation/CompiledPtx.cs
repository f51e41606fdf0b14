using PlamoNative.Engine;

namespace PlamoNative.Compilation;

/// <summary>A kernel compiled for one architecture.</summary>
/// <param name="Kernel">What was compiled.</param>
/// <param name="Target">For what.</param>
/// <param name="Text">The PTX: one entry, lines ended by a line feed.</param>
/// <param name="Parameters">The parameters in order, where the launcher has to put them.</param>
/// <param name="ParameterBytes">Bytes of the parameters together.</param>
/// <param name="StaticSharedBytes">Shared memory that the text declares.</param>
/// <param name="UsesDynamicShared">Whether the launch decides on more.</param>
public sealed record CompiledPtx(
    KernelDefinition Kernel,
    PtxTarget Target,
    string Text,
    IReadOnlyList<KernelParameter> Parameters,
    int ParameterBytes,
    int StaticSharedBytes,
    bool UsesDynamicShared);
