using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Numerics;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary><c>atom</c> and <c>red</c>.</summary>
internal static class AtomicLowering
{
    internal static bool TryLower(FunctionBuilder b, InstructionSyntax s)
    {
        if (s.Has("async"))
        {
            return AsyncLowering.Remote(b, s);
        }

        var type = s.Type();
        var operation = s.Modifiers.Find(modifier => modifier is "add" or "and" or "or" or "xor" or "min" or "max" or "exch" or "cas" or "inc" or "dec")
            ?? throw b.Error("expected an atomic operation");
        switch (type)
        {
            case PtxType.F32:
                // On global memory subnormal numbers are flushed, on shared memory they are not.
                var flushes = MemoryLowering.Space(s) == StateSpace.Global;
                return Add<float>(b, s, type, operation == "add"
                    ? (old, x, _) => SingleLowering.After(F32.Add(SingleLowering.Before(old, flushes), SingleLowering.Before(x, flushes)), flushes, false)
                    : Exchange<float>(b, operation));
            case PtxType.F64:
                return Add<double>(b, s, type, operation == "add" ? (old, x, _) => F64.Canonical(old + x) : Exchange<double>(b, operation));
            case PtxType.F16 or PtxType.BF16:
                return Add(b, s, type, Half(b, operation, type == PtxType.F16));
            case PtxType.F16X2 or PtxType.BF16X2:
                var half = Half(b, operation, type == PtxType.F16X2);
                return Add<uint>(b, s, type, (old, x, _) => Packed16.Map(old, x, (p, q) => half(p, q, q)));
            case PtxType.S32:
                return Add<int>(b, s, type, Integer<int>(b, operation));
            case PtxType.S64:
                return Add<long>(b, s, type, Integer<long>(b, operation));
            default:
                return type.Size() switch
                {
                    2 => Add<ushort>(b, s, type, Integer<ushort>(b, operation)),
                    4 => Add<uint>(b, s, type, Integer<uint>(b, operation)),
                    8 => Add<ulong>(b, s, type, Integer<ulong>(b, operation)),
                    16 => Add<UInt128>(b, s, type, Integer<UInt128>(b, operation)),
                    _ => throw b.Error("expected a type of 16 to 128 bits"),
                };
        }
    }

    private static bool Add<T>(FunctionBuilder b, InstructionSyntax s, PtxType type, Func<T, T, T, T> update)
        where T : unmanaged
    {
        var first = s.Opcode == "atom" ? 1 : 0;
        var space = MemoryLowering.Space(s);
        var address = b.Address(b.Operand(first), space);
        var operands = FunctionBuilder.Elements(b.Operand(first + 1)).Select(element => b.Source(element, type)).ToArray();
        Source[]? compares = null;
        if (s.Has("cas"))
        {
            // atom.cas d, [a], compare, new.
            compares = operands;
            operands = [b.Source(first + 2, type)];
        }

        int[] destinations = [];
        if (s.Opcode == "atom")
        {
            destinations = [.. FunctionBuilder.Elements(b.Operand(0)).Select(element => b.Destination(element, type))];
        }

        b.SharedAccess(space, type.Size());
        b.Add(new Atomic<T>(address, space, update, destinations, operands, compares));
        return true;
    }

    private static Func<T, T, T, T> Exchange<T>(FunctionBuilder b, string operation) => operation == "exch"
        ? (_, x, _) => x
        : throw b.Error($"expected add or exch of floats, found {operation}");

    private static Func<ushort, ushort, ushort, ushort> Half(FunctionBuilder b, string operation, bool isHalf) => operation switch
    {
        "add" => isHalf ? (old, x, _) => F16.Add(old, x) : (old, x, _) => BF16.Add(old, x),
        "min" => isHalf ? (old, x, _) => MinMax.SelectF16(false, old, x) : (old, x, _) => MinMax.SelectBF16(false, old, x),
        "max" => isHalf ? (old, x, _) => MinMax.SelectF16(true, old, x) : (old, x, _) => MinMax.SelectBF16(true, old, x),
        _ => throw b.Error($"expected add, min or max of 16-bit floats, found {operation}"),
    };

    internal static Func<T, T, T, T> Integer<T>(FunctionBuilder b, string operation)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>, System.Numerics.IMinMaxValue<T> => operation switch
        {
            "add" => (old, x, _) => unchecked(old + x),
            "and" => (old, x, _) => old & x,
            "or" => (old, x, _) => old | x,
            "xor" => (old, x, _) => old ^ x,
            "min" => (old, x, _) => x < old ? x : old,
            "max" => (old, x, _) => x > old ? x : old,
            "exch" => (_, x, _) => x,
            "cas" => (old, x, compare) => old == compare ? x : old,
            "inc" => (old, x, _) => old >= x ? T.Zero : old + T.One,
            "dec" => (old, x, _) => old == T.Zero || old > x ? x : old - T.One,
            _ => throw b.Error($"expected an atomic operation, found {operation}"),
        };
}
