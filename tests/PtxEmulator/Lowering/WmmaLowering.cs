using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Numerics;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>wmma: load, store, mma. The ISA leaves the layout of fragments open; ours is plain (see <see cref="WmmaFragment"/>).</summary>
internal static class WmmaLowering
{
    internal static bool TryLower(FunctionBuilder b, InstructionSyntax s)
    {
        var step = s.First();
        var text = s.Modifiers.Find(modifier => modifier.Length > 3 && modifier[0] == 'm' && char.IsAsciiDigit(modifier[1]));
        var sizes = text?[1..].Split('n', 'k') ?? [];
        if (sizes.Length != 3 || !int.TryParse(sizes[0], out var m) || !int.TryParse(sizes[1], out var n) || !int.TryParse(sizes[2], out var k) || m * n > 1024 || k > 64 || m * k % 32 != 0)
        {
            return false;
        }

        var types = s.Modifiers.Where(modifier => MatrixTypes.TryParse(modifier, out _)).Select(modifier => MatrixTypes.TryParse(modifier, out var type) ? type : default).ToList();
        if (types.Count == 0 || types.Exists(type => type is MatrixType.S4 or MatrixType.U4))
        {
            return false;
        }

        return step switch
        {
            "load" => Move(b, s, true, types[0], m, n, k),
            "store" => Move(b, s, false, types[0], m, n, k),
            "mma" => Multiply(b, s, types, m, n, k),
            _ => false,
        };
    }

    private static bool Move(FunctionBuilder b, InstructionSyntax s, bool isLoad, MatrixType type, int m, int n, int k)
    {
        var (rows, columns) = s.Has("a") ? (m, k) : s.Has("b") ? (k, n) : (m, n);
        var isRowMajor = s.Has("row");
        var address = b.Address(b.Operand(isLoad ? 1 : 0), MemoryLowering.Space(s));
        var stride = s.Operands.Count > 2 ? b.Source(2, PtxType.U32) : b.Program.Constants.Row((ulong)(isRowMajor ? columns : rows), 4);
        var registers = FunctionBuilder.Elements(b.Operand(isLoad ? 0 : 1));
        var part = type == MatrixType.F64 ? PtxType.B64 : PtxType.B32;
        var fragment = new WmmaFragment(rows, columns, type, registers.Count);
        if (!fragment.IsValid)
        {
            throw b.Error($"expected registers for {rows} x {columns} elements, found {registers.Count}");
        }

        var space = MemoryLowering.Space(s);
        b.SharedAccess(space, fragment.ElementBytes);
        b.Add(new WmmaMove(
            fragment, isRowMajor, address, space, stride, isLoad ? [] : [.. registers.Select(register => b.Source(register, part))],
            isLoad ? [.. registers.Select(register => b.Destination(register, part))] : []));
        return true;
    }

    /// <summary>wmma.mma.sync.aligned.alayout.blayout.shape.dtype{.atype.btype}.ctype d, a, b, c.</summary>
    private static bool Multiply(FunctionBuilder b, InstructionSyntax s, List<MatrixType> types, int m, int n, int k)
    {
        var (typeD, typeC) = (types[0], types[^1]);
        var (typeA, typeB) = types.Count == 4 ? (types[1], types[2]) : (MatrixType.F16, MatrixType.F16);
        var part = typeA == MatrixType.F64 ? PtxType.B64 : PtxType.B32;
        var operands = Enumerable.Range(0, 4).Select(i => FunctionBuilder.Elements(b.Operand(i))).ToList();
        var fragments = new[]
        {
            new WmmaFragment(m, n, typeD, operands[0].Count), new WmmaFragment(m, k, typeA, operands[1].Count), new WmmaFragment(k, n, typeB, operands[2].Count),
            new WmmaFragment(m, n, typeC, operands[3].Count),
        };
        if (fragments.Any(fragment => !fragment.IsValid))
        {
            throw b.Error($"expected as many registers as m{m}n{n}k{k} needs");
        }

        var sources = operands.Skip(1).Select(list => list.Select(register => b.Source(register, part)).ToArray()).ToArray();
        b.Add(new WmmaMultiply(fragments, s.Has("satfinite"), MatrixLowering.Model(b), [.. operands[0].Select(register => b.Destination(register, part))], sources[0], sources[1], sources[2]));
        return true;
    }
}
