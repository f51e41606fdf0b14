using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Numerics;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>f16 and bf16 arithmetic, single values and pairs.</summary>
internal static class HalfLowering
{
    internal static bool TryLower(FunctionBuilder b, InstructionSyntax s, PtxType type)
    {
        var isHalf = type is PtxType.F16 or PtxType.F16X2;
        var isPair = type is PtxType.F16X2 or PtxType.BF16X2;
        var (ftz, sat, relu) = (s.Has("ftz") && isHalf, s.Has("sat") && isHalf, s.Has("relu"));
        ushort In(ushort x) => ftz ? F16.Flush(x) : x;
        ushort Out(ushort x)
        {
            x = ftz ? F16.Flush(x) : x;
            x = sat ? F16.Saturate(x) : x;
            return relu ? isHalf ? F16.Relu(x) : BF16.Relu(x) : x;
        }

        var (nan, xor) = (s.Has("NaN"), s.Has("xorsign"));
        Func<ushort, ushort>? unary = s.Opcode switch
        {
            "abs" => x => (ushort)(x & 0x7FFF),
            "neg" => x => (ushort)(x ^ 0x8000),
            "ex2" => isHalf ? Approximate.Exponent2F16 : Approximate.Exponent2BF16,
            "tanh" => isHalf ? Approximate.TanhF16 : Approximate.TanhBF16,
            _ => null,
        };
        Func<ushort, ushort, ushort>? binary = s.Opcode switch
        {
            "add" => isHalf ? F16.Add : BF16.Add,
            "sub" => isHalf ? F16.Subtract : BF16.Subtract,
            "mul" => isHalf ? F16.Multiply : BF16.Multiply,
            "min" => isHalf ? (x, y) => MinMax.SelectF16(false, x, y, nan, xor) : (x, y) => MinMax.SelectBF16(false, x, y, nan, xor),
            "max" => isHalf ? (x, y) => MinMax.SelectF16(true, x, y, nan, xor) : (x, y) => MinMax.SelectBF16(true, x, y, nan, xor),
            _ => null,
        };
        Func<ushort, ushort, ushort, ushort>? ternary = s.Opcode is "fma" or "mad" ? isHalf ? F16.MultiplyAdd : BF16.MultiplyAdd : null;
        if (unary is not null)
        {
            ushort One(ushort x) => Out(unary(In(x)));
            return isPair ? b.Unary<uint, uint>(x => Packed16.Map(x, One), type, type) : b.Unary<ushort, ushort>(One, type, type);
        }

        if (binary is not null)
        {
            ushort Two(ushort x, ushort y) => Out(binary(In(x), In(y)));
            return isPair ? b.Binary<uint, uint, uint>((x, y) => Packed16.Map(x, y, Two), type, type, type) : b.Binary<ushort, ushort, ushort>(Two, type, type, type);
        }

        if (ternary is not null)
        {
            ushort Three(ushort x, ushort y, ushort z) => Out(ternary(In(x), In(y), In(z)));
            return isPair
                ? b.Ternary<uint, uint, uint, uint>((x, y, z) => Packed16.Map(x, y, z, Three), type, type, type, type)
                : b.Ternary<ushort, ushort, ushort, ushort>(Three, type, type, type, type);
        }

        return false;
    }
}

/// <summary>Pairs of 16-bit integers.</summary>
internal static class PairLowering
{
    internal static bool TryLower(FunctionBuilder b, InstructionSyntax s, PtxType type)
    {
        var isSigned = type == PtxType.S16X2;
        var relu = s.Has("relu");
        Func<ushort, ushort, ushort>? function = s.Opcode switch
        {
            "add" => (x, y) => (ushort)(x + y),
            "sub" => (x, y) => (ushort)(x - y),
            "min" => (x, y) => isSigned ? (ushort)Math.Min((short)x, (short)y) : Math.Min(x, y),
            "max" => (x, y) => isSigned ? (ushort)Math.Max((short)x, (short)y) : Math.Max(x, y),
            _ => null,
        };
        return function is not null && b.Binary<uint, uint, uint>((x, y) => Packed16.Map(x, y, (p, q) => relu && (short)function(p, q) < 0 ? (ushort)0 : function(p, q)), type, type, type);
    }
}
