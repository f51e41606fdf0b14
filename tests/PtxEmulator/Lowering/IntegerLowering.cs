using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Numerics;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>Bit fields, permutes, dot products, carry chains.</summary>
internal static class IntegerLowering
{
    private const PtxType U = PtxType.U32;

    internal static bool TryLower(FunctionBuilder b, InstructionSyntax s)
    {
        if (s.Has("cc") || s.Opcode is "addc" or "subc" or "madc")
        {
            return Carry(b, s);
        }

        if (s.Opcode == "prmt")
        {
            return Permute(b, s);
        }

        var t = s.Opcode == "fns" ? PtxType.B32 : s.Type();
        var is64 = t.Size() == 8;
        switch (s.Opcode)
        {
            case "mul24":
                var (signed, high) = (t == PtxType.S32, s.Has("hi"));
                return b.Binary<uint, uint, uint>((x, y) => ScalarIntegers.Multiply24(x, y, signed, high), t, t, t);
            case "mad24":
                var (isSigned, isHigh, sat) = (t == PtxType.S32, s.Has("hi"), s.Has("sat"));
                return b.Ternary<uint, uint, uint, uint>(
                    (x, y, z) => sat ? (uint)ScalarIntegers.SaturateS32((long)(int)ScalarIntegers.Multiply24(x, y, isSigned, isHigh) + (int)z) : ScalarIntegers.Multiply24(x, y, isSigned, isHigh) + z, t, t, t, t);
            case "sad":
                return t switch
                {
                    PtxType.U16 => b.Ternary<ushort, ushort, ushort, ushort>(Integers.Difference, t, t, t, t),
                    PtxType.S16 => b.Ternary<short, short, short, short>(Integers.Difference, t, t, t, t),
                    PtxType.U32 => b.Ternary<uint, uint, uint, uint>(Integers.Difference, t, t, t, t),
                    PtxType.S32 => b.Ternary<int, int, int, int>(Integers.Difference, t, t, t, t),
                    PtxType.U64 => b.Ternary<ulong, ulong, ulong, ulong>(Integers.Difference, t, t, t, t),
                    _ => b.Ternary<long, long, long, long>(Integers.Difference, t, t, t, t),
                };
            case "popc":
                return is64 ? b.Unary<ulong, uint>(Bits.PopCount, U, t) : b.Unary<uint, uint>(Bits.PopCount, U, t);
            case "clz":
                return is64 ? b.Unary<ulong, uint>(Bits.LeadingZeros, U, t) : b.Unary<uint, uint>(Bits.LeadingZeros, U, t);
            case "brev":
                return is64 ? b.Unary<ulong, ulong>(Bits.Reverse, t, t) : b.Unary<uint, uint>(Bits.Reverse, t, t);
            case "bfind":
                return s.Has("shiftamt")
                    ? t switch
                    {
                        PtxType.U32 => b.Unary<uint, uint>(Bits.FindShiftUnsigned, U, t),
                        PtxType.S32 => b.Unary<int, uint>(Bits.FindShiftSigned, U, t),
                        PtxType.U64 => b.Unary<ulong, uint>(Bits.FindShiftUnsigned, U, t),
                        _ => b.Unary<long, uint>(Bits.FindShiftSigned, U, t),
                    }
                    : t switch
                    {
                        PtxType.U32 => b.Unary<uint, uint>(Bits.FindUnsigned, U, t),
                        PtxType.S32 => b.Unary<int, uint>(Bits.FindSigned, U, t),
                        PtxType.U64 => b.Unary<ulong, uint>(Bits.FindUnsigned, U, t),
                        _ => b.Unary<long, uint>(Bits.FindSigned, U, t),
                    };
            case "bfe":
                return t switch
                {
                    PtxType.U32 => b.Ternary<uint, uint, uint, uint>(Bits.Extract, t, t, U, U),
                    PtxType.S32 => b.Ternary<uint, uint, uint, uint>(Bits.ExtractSigned, t, t, U, U),
                    PtxType.U64 => b.Ternary<ulong, uint, uint, ulong>(Bits.Extract, t, t, U, U),
                    _ => b.Ternary<ulong, uint, uint, ulong>(Bits.ExtractSigned, t, t, U, U),
                };
            case "bfi":
                return Insert(b, t);
            case "shf":
                return (s.Has("l"), s.Has("wrap")) switch
                {
                    (true, true) => b.Ternary<uint, uint, uint, uint>(Bits.FunnelLeftWrap, t, t, t, U),
                    (true, false) => b.Ternary<uint, uint, uint, uint>(Bits.FunnelLeftClamp, t, t, t, U),
                    (false, true) => b.Ternary<uint, uint, uint, uint>(Bits.FunnelRightWrap, t, t, t, U),
                    _ => b.Ternary<uint, uint, uint, uint>(Bits.FunnelRightClamp, t, t, t, U),
                };
            case "dp4a":
                var (signedA, signedB) = Signs(s);
                return b.Ternary<uint, uint, uint, uint>((x, y, z) => ScalarIntegers.Dot4(x, y, z, signedA, signedB), U, U, U, U);
            case "dp2a":
                var (firstSigned, secondSigned) = Signs(s);
                var isUpper = s.Has("hi");
                return b.Ternary<uint, uint, uint, uint>((x, y, z) => ScalarIntegers.Dot2(x, y, z, firstSigned, secondSigned, isUpper), U, U, U, U);
            case "bmsk":
                return b.Binary<uint, uint, uint>(s.Has("clamp") ? Bits.MaskClamp : Bits.MaskWrap, U, U, U);
            case "szext":
                return (t == PtxType.S32, s.Has("clamp")) switch
                {
                    (true, true) => b.Binary<uint, uint, uint>(Bits.ExtendSigned, U, U, U),
                    (true, false) => b.Binary<uint, uint, uint>(Bits.ExtendSignedWrap, U, U, U),
                    (false, true) => b.Binary<uint, uint, uint>(Bits.ExtendUnsigned, U, U, U),
                    _ => b.Binary<uint, uint, uint>(Bits.ExtendUnsignedWrap, U, U, U),
                };
            case "fns":
                return b.Ternary<uint, uint, int, uint>(Bits.FindNth, U, U, U, PtxType.S32);
            default:
                return false;
        }
    }

    private static (bool A, bool B) Signs(InstructionSyntax s)
    {
        var types = s.Types(1);
        return (types[0] == PtxType.S32, types[^1] == PtxType.S32);
    }

    private static bool Insert(FunctionBuilder b, PtxType t)
    {
        b.Demand(t, 4, 8);

        // Four sources: the position and the length travel as one value.
        var (x, y) = (b.Source(1, t), b.Source(2, t));
        var (position, length) = (b.Source(3, U), b.Source(4, U));
        var d = b.Destination(0, t);
        b.Add(t.Size() == 8 ? new InsertField<ulong>(Bits.Insert, d, x, y, position, length) : new InsertField<uint>(Bits.Insert, d, x, y, position, length));
        return true;
    }

    private static bool Permute(FunctionBuilder b, InstructionSyntax s)
    {
        Func<uint, uint, uint, uint> function = s.Modifiers.Count > 1 ? s.Modifiers[^1] switch
        {
            "f4e" => Bits.PermuteForward,
            "b4e" => Bits.PermuteBackward,
            "rc8" => Bits.PermuteReplicate8,
            "ecl" => Bits.PermuteEdgeLeft,
            "ecr" => Bits.PermuteEdgeRight,
            "rc16" => Bits.PermuteReplicate16,
            _ => throw b.Error($"expected a mode of prmt, found '{s.Modifiers[^1]}'"),
        }
        : Bits.Permute;
        return b.Ternary(function, U, U, U, U);
    }

    /// <summary>add.cc, addc, sub.cc, subc, mad.cc, madc: the carry of each lane lies in a hidden predicate.</summary>
    private static bool Carry(FunctionBuilder b, InstructionSyntax s)
    {
        var t = s.Type();
        b.Demand(t, 4, 8);
        var hidden = b.Hidden("cc", PtxType.Pred);
        var takes = s.Opcode.EndsWith('c');
        var gives = s.Has("cc");
        var kind = s.Opcode[..3];
        var x = b.Source(1, t);
        var y = b.Source(2, t);
        var z = kind == "mad" ? b.Source(3, t) : y;
        b.Add(new CarryInstruction(kind, s.Has("hi"), t.IsSigned(), t.Size(), b.Destination(0, t), x, y, z, hidden.Offset, takes, gives));
        return true;
    }
}
