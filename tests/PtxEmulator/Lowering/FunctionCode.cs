using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>A parameter of a function: where its bytes lie in the frame's local memory, or in which register.</summary>
internal sealed record ParameterPlace(PtxType Type, long Offset, long Size, int Register);

/// <summary>A function ready to run.</summary>
internal sealed class FunctionCode(string name, bool isEntry, int index)
{
    internal string Name { get; } = name;

    internal bool IsEntry { get; } = isEntry;

    internal int Index { get; } = index;

    internal Instruction[] Code { get; set; } = [];

    internal int RegisterBytes { get; set; }

    internal uint LocalBytes { get; set; }

    internal List<ParameterPlace> Parameters { get; } = [];

    internal List<ParameterPlace> Returns { get; } = [];

    /// <summary>Index of the instruction where lanes that return meet.</summary>
    internal int ReturnPc { get; set; }
}
