using System.Buffers.Binary;
using PlamoNative.PtxEmulator.Memory;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>Global and constant variables of a module: placed in device memory and filled with their initial values.</summary>
internal sealed class ModuleVariables
{
    private readonly Dictionary<string, Region> _regions = new(StringComparer.Ordinal);

    /// <summary>Function addresses are numbers: the order of the functions in the text.</summary>
    internal Dictionary<string, int> FunctionNumbers { get; } = new(StringComparer.Ordinal);

    internal bool TryFind(string name, out Region region) => _regions.TryGetValue(name, out region!);

    internal static ulong FunctionAddress(int number) => AddressMap.FunctionWindow + (((ulong)number + 1) << 4);

    internal static ModuleVariables Place(DeviceMemory memory, ModuleSyntax module)
    {
        var placed = new ModuleVariables();
        foreach (var function in module.Functions)
        {
            placed.FunctionNumbers.TryAdd(function.Name, placed.FunctionNumbers.Count);
        }

        var locals = module.Functions.Where(function => function.Body is not null).SelectMany(function => Nested(function.Body!));
        var variables = module.Variables.Concat(locals).Where(variable => variable.Space is StateSpace.Global or StateSpace.Constant).ToList();
        foreach (var variable in variables)
        {
            if (variable.Size > int.MaxValue - 1024)
            {
                throw new PtxException(variable.Line, $"expected fewer than 2^31 bytes in '{variable.Name}', found {variable.Size}");
            }

            if (!placed._regions.ContainsKey(variable.Name))
            {
                placed._regions.Add(variable.Name, memory.Allocate(variable.Size, $"variable {variable.Name}", variable.Space == StateSpace.Constant));
            }
        }

        foreach (var variable in variables)
        {
            placed.Fill(variable);
        }

        return placed;
    }

    private static IEnumerable<VariableSyntax> Nested(BlockSyntax block) =>
        block.Variables.Concat(block.Statements.OfType<BlockSyntax>().SelectMany(Nested));

    private unsafe void Fill(VariableSyntax variable)
    {
        var region = _regions[variable.Name];
        var bytes = new Span<byte>(region.Pointer, (int)region.Size);
        var element = Math.Max(1, variable.Type.Size());
        if ((long)variable.Initializers.Count * element > variable.Size)
        {
            throw new PtxException(variable.Line, $"expected at most {variable.Size / element} initial values of '{variable.Name}', found {variable.Initializers.Count}");
        }

        Span<byte> scratch = stackalloc byte[16];
        for (var i = 0; i < variable.Initializers.Count; i++)
        {
            var initializer = variable.Initializers[i];
            var bits = initializer.Bits;
            if (initializer.Symbol is { } symbol)
            {
                bits = (SymbolAddress(symbol, variable.Line) + bits) >> initializer.Shift;
            }
            else if (variable.Type == PtxType.F32)
            {
                bits = BitConverter.SingleToUInt32Bits((float)(initializer.IsReal ? BitConverter.UInt64BitsToDouble(bits) : (long)bits));
            }
            else if (variable.Type == PtxType.F64 && !initializer.IsReal)
            {
                bits = BitConverter.DoubleToUInt64Bits((long)bits);
            }

            scratch.Clear();
            BinaryPrimitives.WriteUInt64LittleEndian(scratch, bits);
            scratch[..element].CopyTo(bytes[(i * element)..]);
        }
    }

    private ulong SymbolAddress(string symbol, int line) => _regions.TryGetValue(symbol, out var region)
        ? region.Start
        : FunctionNumbers.TryGetValue(symbol, out var number)
            ? FunctionAddress(number)
            : throw new PtxException(line, $"expected a global variable or a function as initial value, found '{symbol}'");
}
