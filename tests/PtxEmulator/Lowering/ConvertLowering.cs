using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Numerics;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary><c>cvt</c>: every pair of types, by way of a double (floats) or 64 bits (integers), which hold every source exactly.</summary>
internal static class ConvertLowering
{
    internal static bool TryLower(FunctionBuilder b, InstructionSyntax s)
    {
        var types = s.Types();
        if (types.Count < 2)
        {
            return false;
        }

        if (s.Has("pack"))
        {
            return PackSaturated(b, types);
        }

        var (to, from) = (types[0], types[^1]);
        if (IsPacked(to) || IsPacked(from))
        {
            return Packed(b, s, to, from);
        }

        if (!to.IsFloat() && !from.IsFloat())
        {
            return Integers(b, s, to, from);
        }

        if (from == PtxType.F32 && to == PtxType.S32 && !s.Has("sat"))
        {
            var (rounding, ftz) = (s.Rounding(Rounding.Zero), s.Has("ftz"));
            return b.Unary<float, int>(x => (int)(uint)IntegerConversions.FromFloat(SingleLowering.Before(x, ftz), IntegerType.S32, rounding, false), to, from);
        }

        return from.Size() switch
        {
            1 => To<byte>(b, s, to, from, x => x),
            2 => To<ushort>(b, s, to, from, x => x),
            4 => To<uint>(b, s, to, from, x => x),
            _ => To<ulong>(b, s, to, from, x => x),
        };
    }

    /// <summary>cvt.pack.sat: two s32 become two 16-bit values, or two 8-bit ones in front of a third operand's.</summary>
    private static bool PackSaturated(FunctionBuilder b, List<PtxType> types)
    {
        var target = Integer(true, types[0]);
        var bits = target.Bits;
        uint Pack(uint x, uint y) => (uint)(IntegerConversions.Convert(x, IntegerType.S32, target, true) << bits) | (uint)IntegerConversions.Convert(y, IntegerType.S32, target, true);
        return types.Count > 2
            ? b.Ternary<uint, uint, uint, uint>((x, y, z) => (z << (2 * bits)) | Pack(x, y), PtxType.B32, PtxType.B32, PtxType.B32, PtxType.B32)
            : b.Binary<uint, uint, uint>(Pack, PtxType.B32, PtxType.B32, PtxType.B32);
    }

    private static bool IsPacked(PtxType type) => type is PtxType.F16X2 or PtxType.BF16X2 or PtxType.E4M3X2 or PtxType.E5M2X2;

    private static bool Integers(FunctionBuilder b, InstructionSyntax s, PtxType to, PtxType from)
    {
        var saturate = s.Has("sat");
        var (source, target) = (Integer(to: false, from), Integer(to: true, to));
        ulong Convert(ulong bits) => IntegerConversions.Convert(bits, source, target, saturate);
        return To(b, to, from, Convert);
    }

    private static IntegerType Integer(bool to, PtxType type) => type switch
    {
        PtxType.S8 => IntegerType.S8,
        PtxType.S16 => IntegerType.S16,
        PtxType.S32 => IntegerType.S32,
        PtxType.S64 => IntegerType.S64,
        PtxType.U8 or PtxType.B8 => IntegerType.U8,
        PtxType.U16 or PtxType.B16 => IntegerType.U16,
        PtxType.U32 or PtxType.B32 => IntegerType.U32,
        _ => to || type.Size() == 8 ? IntegerType.U64 : IntegerType.U32,
    };

    private static bool To<T>(FunctionBuilder b, InstructionSyntax s, PtxType to, PtxType from, Func<T, ulong> bits)
        where T : unmanaged
    {
        var convert = Function(s, to, from);
        return to.Size() switch
        {
            1 => b.Unary<T, byte>(x => (byte)convert(bits(x)), to, from),
            2 => b.Unary<T, ushort>(x => (ushort)convert(bits(x)), to, from),
            4 => b.Unary<T, uint>(x => (uint)convert(bits(x)), to, from),
            _ => b.Unary<T, ulong>(x => convert(bits(x)), to, from),
        };
    }

    private static bool To(FunctionBuilder b, PtxType to, PtxType from, Func<ulong, ulong> convert) => from.Size() switch
    {
        1 => Narrow<byte>(b, to, from, x => convert(x)),
        2 => Narrow<ushort>(b, to, from, x => convert(x)),
        4 => Narrow<uint>(b, to, from, x => convert(x)),
        _ => Narrow<ulong>(b, to, from, convert),
    };

    private static bool Narrow<T>(FunctionBuilder b, PtxType to, PtxType from, Func<T, ulong> convert)
        where T : unmanaged => to.Size() switch
        {
            1 => b.Unary<T, byte>(x => (byte)convert(x), to, from),
            2 => b.Unary<T, ushort>(x => (ushort)convert(x), to, from),
            4 => b.Unary<T, uint>(x => (uint)convert(x), to, from),
            _ => b.Unary<T, ulong>(convert, to, from),
        };

    /// <summary>Bits of one type to bits of another, at least one of them a float.</summary>
    private static Func<ulong, ulong> Function(InstructionSyntax s, PtxType to, PtxType from)
    {
        var (ftz, sat, relu) = (s.Has("ftz"), s.Has("sat") || s.Has("satfinite"), s.Has("relu"));
        var toInteger = s.Modifiers.Exists(modifier => modifier is "rni" or "rzi" or "rmi" or "rpi");
        if (!to.IsFloat() && to is not (PtxType.E4M3 or PtxType.E5M2))
        {
            var (target, mode, isWide) = (Integer(true, to), s.Rounding(Rounding.Zero), from == PtxType.F64);
            return bits => IntegerConversions.FromFloat(Value(from, bits, ftz), target, mode, isWide);
        }

        if (!from.IsFloat())
        {
            var (source, mode) = (Integer(false, from), s.Rounding());
            var format = Format(to);
            return bits => Saturated(to, IntegerConversions.ToFloat(format, bits, source, mode), sat);
        }

        var rounding = s.Rounding();
        return bits =>
        {
            var value = Value(from, bits, ftz);
            if (toInteger)
            {
                value = IntegerConversions.RoundToIntegral(value, rounding);
            }

            var result = to switch
            {
                PtxType.F64 => BitConverter.DoubleToUInt64Bits(F64.Canonical(value)),
                PtxType.F32 => SoftRounder.Round(FloatFormat.F32, value, rounding),
                PtxType.F16 => NarrowConversions.ToF16(value, rounding, s.Has("satfinite"), relu),
                PtxType.BF16 => NarrowConversions.ToBF16(value, rounding, s.Has("satfinite"), relu),
                _ => NarrowConversions.ToTF32((float)value, rounding, s.Has("satfinite"), relu),
            };
            if (ftz && to == PtxType.F32)
            {
                result = BitConverter.SingleToUInt32Bits(F32.Flush(BitConverter.UInt32BitsToSingle((uint)result)));
            }

            return Saturated(to, result, s.Has("sat"));
        };
    }

    private static ulong Saturated(PtxType to, ulong bits, bool sat) => !sat ? bits : to switch
    {
        PtxType.F32 => BitConverter.SingleToUInt32Bits(F32.Saturate(BitConverter.UInt32BitsToSingle((uint)bits))),
        PtxType.F64 => BitConverter.DoubleToUInt64Bits(F64.Saturate(BitConverter.UInt64BitsToDouble(bits))),
        PtxType.F16 => F16.Saturate((ushort)bits),
        _ => bits,
    };

    private static FloatFormat Format(PtxType type) => type switch
    {
        PtxType.F16 => FloatFormat.F16,
        PtxType.BF16 => FloatFormat.BF16,
        PtxType.F64 => FloatFormat.F64,
        _ => FloatFormat.F32,
    };

    private static double Value(PtxType type, ulong bits, bool ftz) => type switch
    {
        PtxType.F64 => BitConverter.UInt64BitsToDouble(bits),
        PtxType.F16 => F16.ToSingle((ushort)bits),
        PtxType.BF16 => BF16.ToSingle((ushort)bits),
        _ => SingleLowering.Before(BitConverter.UInt32BitsToSingle((uint)bits), ftz),
    };

    private static bool Packed(FunctionBuilder b, InstructionSyntax s, PtxType to, PtxType from)
    {
        var (mode, saturate, relu) = (s.Rounding(), s.Has("satfinite"), s.Has("relu"));
        switch (to, from)
        {
            case (PtxType.F16X2, PtxType.F32):
                return b.Binary<float, float, uint>((x, y) => NarrowConversions.ToF16x2(x, y, mode, saturate, relu), to, from, from);
            case (PtxType.BF16X2, PtxType.F32):
                return b.Binary<float, float, uint>((x, y) => NarrowConversions.ToBF16x2(x, y, mode, saturate, relu), to, from, from);
            case (PtxType.E4M3X2, PtxType.F32):
                return b.Binary<float, float, ushort>((x, y) => NarrowConversions.ToE4M3x2(x, y, relu), to, from, from);
            case (PtxType.E5M2X2, PtxType.F32):
                return b.Binary<float, float, ushort>((x, y) => NarrowConversions.ToE5M2x2(x, y, relu), to, from, from);
            case (PtxType.E4M3X2, PtxType.F16X2):
                return b.Unary<uint, ushort>(x => NarrowConversions.ToE4M3x2(x, relu), to, from);
            case (PtxType.E5M2X2, PtxType.F16X2):
                return b.Unary<uint, ushort>(x => NarrowConversions.ToE5M2x2(x, relu), to, from);
            case (PtxType.F16X2, PtxType.E4M3X2):
                return b.Unary<ushort, uint>(x => NarrowConversions.F16x2FromE4M3x2(x, relu), to, from);
            case (PtxType.F16X2, PtxType.E5M2X2):
                return b.Unary<ushort, uint>(x => NarrowConversions.F16x2FromE5M2x2(x, relu), to, from);
            default:
                return false;
        }
    }
}
