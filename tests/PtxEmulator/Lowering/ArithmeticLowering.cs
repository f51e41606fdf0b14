using PlamoNative.PtxEmulator.Execution;
using PlamoNative.PtxEmulator.Parsing;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>Arithmetic whose opcode serves integers and floats alike: by type to the one or the other.</summary>
internal static class ArithmeticLowering
{
    internal static bool TryLower(FunctionBuilder b, InstructionSyntax s)
    {
        var types = s.Types();
        if (types.Count == 0)
        {
            return false;
        }

        var type = types[^1];
        if (s.Has("cc"))
        {
            return IntegerLowering.TryLower(b, s);
        }

        if (types.Count > 1 && types[0].IsFloat())
        {
            // Mixed precision: add.f32.f16 d, a, c with a narrow operand.
            return false;
        }

        return type switch
        {
            PtxType.F32 => SingleLowering.TryLower(b, s),
            PtxType.F64 => DoubleLowering.TryLower(b, s),
            PtxType.F16 or PtxType.F16X2 or PtxType.BF16 or PtxType.BF16X2 => HalfLowering.TryLower(b, s, type),
            PtxType.U16X2 or PtxType.S16X2 => PairLowering.TryLower(b, s, type),
            _ => Integer(b, s, type),
        };
    }

    private static bool Integer(FunctionBuilder b, InstructionSyntax s, PtxType t)
    {
        switch (s.Opcode)
        {
            case "add" when s.Has("sat"):
                return Call<int, int, int>(b, t, Integers.SaturatingAdd);
            case "sub" when s.Has("sat"):
                return Call<int, int, int>(b, t, Integers.SaturatingSubtract);
            case "add":
                return t.Size() switch
                {
                    2 => Hot<Add<ushort>, ushort>(b, t),
                    4 => Hot<Add<uint>, uint>(b, t),
                    _ => Hot<Add<ulong>, ulong>(b, t),
                };
            case "sub":
                return t.Size() switch
                {
                    2 => Hot<Subtract<ushort>, ushort>(b, t),
                    4 => Hot<Subtract<uint>, uint>(b, t),
                    _ => Hot<Subtract<ulong>, ulong>(b, t),
                };
            case "min":
                return t switch
                {
                    PtxType.U16 => Hot<Minimum<ushort>, ushort>(b, t),
                    PtxType.S16 => Hot<Minimum<short>, short>(b, t),
                    PtxType.U32 => Hot<Minimum<uint>, uint>(b, t),
                    PtxType.S32 when s.Has("relu") => Call<int, int, int>(b, t, (x, y) => Math.Max(0, Math.Min(x, y))),
                    PtxType.S32 => Hot<Minimum<int>, int>(b, t),
                    PtxType.U64 => Hot<Minimum<ulong>, ulong>(b, t),
                    _ => Hot<Minimum<long>, long>(b, t),
                };
            case "max":
                return t switch
                {
                    PtxType.U16 => Hot<Maximum<ushort>, ushort>(b, t),
                    PtxType.S16 => Hot<Maximum<short>, short>(b, t),
                    PtxType.U32 => Hot<Maximum<uint>, uint>(b, t),
                    PtxType.S32 when s.Has("relu") => Call<int, int, int>(b, t, (x, y) => Math.Max(0, Math.Max(x, y))),
                    PtxType.S32 => Hot<Maximum<int>, int>(b, t),
                    PtxType.U64 => Hot<Maximum<ulong>, ulong>(b, t),
                    _ => Hot<Maximum<long>, long>(b, t),
                };
            case "mul":
                return Multiply(b, s, t);
            case "mad":
                return MultiplyAdd(b, s, t);
            case "div":
                return t switch
                {
                    PtxType.U16 => Call<ushort, ushort, ushort>(b, t, Integers.Divide),
                    PtxType.S16 => Call<short, short, short>(b, t, Integers.Divide),
                    PtxType.U32 => Call<uint, uint, uint>(b, t, Integers.Divide),
                    PtxType.S32 => Call<int, int, int>(b, t, Integers.Divide),
                    PtxType.U64 => Call<ulong, ulong, ulong>(b, t, Integers.Divide),
                    _ => Call<long, long, long>(b, t, Integers.Divide),
                };
            case "rem":
                return t switch
                {
                    PtxType.U16 => Call<ushort, ushort, ushort>(b, t, Integers.Remainder),
                    PtxType.S16 => Call<short, short, short>(b, t, Integers.Remainder),
                    PtxType.U32 => Call<uint, uint, uint>(b, t, Integers.Remainder),
                    PtxType.S32 => Call<int, int, int>(b, t, Integers.Remainder),
                    PtxType.U64 => Call<ulong, ulong, ulong>(b, t, Integers.Remainder),
                    _ => Call<long, long, long>(b, t, Integers.Remainder),
                };
            case "abs":
                return t.Size() switch
                {
                    2 => b.Unary<short, short>(Integers.Absolute, t, t),
                    4 => b.Unary<int, int>(Integers.Absolute, t, t),
                    _ => b.Unary<long, long>(Integers.Absolute, t, t),
                };
            case "neg":
                return t.Size() switch
                {
                    2 => b.Unary<short, short>(a => unchecked((short)-a), t, t),
                    4 => b.Unary<int, int>(a => unchecked(-a), t, t),
                    _ => b.Unary<long, long>(a => unchecked(-a), t, t),
                };
            default:
                return false;
        }
    }

    private static bool Multiply(FunctionBuilder b, InstructionSyntax s, PtxType t)
    {
        if (s.Has("wide"))
        {
            return t switch
            {
                PtxType.U16 => b.Binary<ushort, ushort, uint>(Integers.WideUnsigned16, PtxType.U32, t, t),
                PtxType.S16 => b.Binary<short, short, int>(Integers.WideSigned16, PtxType.S32, t, t),
                PtxType.U32 => b.Binary<uint, uint, ulong>(Integers.WideUnsigned, PtxType.U64, t, t),
                PtxType.S32 => b.Binary<int, int, long>(Integers.WideSigned, PtxType.S64, t, t),
                _ => false,
            };
        }

        if (s.Has("hi"))
        {
            return t switch
            {
                PtxType.U16 => Call<ushort, ushort, ushort>(b, t, Integers.HighUnsigned16),
                PtxType.S16 => Call<short, short, short>(b, t, Integers.HighSigned16),
                PtxType.U32 => Call<uint, uint, uint>(b, t, Integers.HighUnsigned),
                PtxType.S32 => Call<int, int, int>(b, t, Integers.HighSigned),
                PtxType.U64 => Call<ulong, ulong, ulong>(b, t, Integers.HighUnsigned64),
                _ => Call<long, long, long>(b, t, Integers.HighSigned64),
            };
        }

        return t.Size() switch
        {
            2 => Hot<Multiply<ushort>, ushort>(b, t),
            4 => Hot<Multiply<uint>, uint>(b, t),
            _ => Hot<Multiply<ulong>, ulong>(b, t),
        };
    }

    private static bool MultiplyAdd(FunctionBuilder b, InstructionSyntax s, PtxType t)
    {
        if (s.Has("wide"))
        {
            return t switch
            {
                PtxType.U16 => b.Ternary<ushort, ushort, uint, uint>(Integers.WideAddUnsigned16, PtxType.U32, t, t, PtxType.U32),
                PtxType.S16 => b.Ternary<short, short, int, int>(Integers.WideAddSigned16, PtxType.S32, t, t, PtxType.S32),
                PtxType.U32 => b.Ternary<uint, uint, ulong, ulong>(Integers.WideAddUnsigned, PtxType.U64, t, t, PtxType.U64),
                PtxType.S32 => b.Ternary<int, int, long, long>(Integers.WideAddSigned, PtxType.S64, t, t, PtxType.S64),
                _ => false,
            };
        }

        if (s.Has("hi"))
        {
            return t switch
            {
                PtxType.S32 when s.Has("sat") => b.Ternary<int, int, int, int>(Integers.SaturatingHighAdd, t, t, t, t),
                PtxType.U16 => b.Ternary<ushort, ushort, ushort, ushort>((x, y, z) => (ushort)(Integers.HighUnsigned16(x, y) + z), t, t, t, t),
                PtxType.S16 => b.Ternary<short, short, short, short>((x, y, z) => (short)(Integers.HighSigned16(x, y) + z), t, t, t, t),
                PtxType.U32 => b.Ternary<uint, uint, uint, uint>((x, y, z) => Integers.HighUnsigned(x, y) + z, t, t, t, t),
                PtxType.S32 => b.Ternary<int, int, int, int>((x, y, z) => Integers.HighSigned(x, y) + z, t, t, t, t),
                PtxType.U64 => b.Ternary<ulong, ulong, ulong, ulong>((x, y, z) => Integers.HighUnsigned64(x, y) + z, t, t, t, t),
                _ => b.Ternary<long, long, long, long>((x, y, z) => Integers.HighSigned64(x, y) + z, t, t, t, t),
            };
        }

        return t.Size() switch
        {
            2 => b.Hot3<MultiplyAdd<ushort>, ushort>(t),
            4 => b.Hot3<MultiplyAdd<uint>, uint>(t),
            _ => b.Hot3<MultiplyAdd<ulong>, ulong>(t),
        };
    }

    private static bool Hot<TOperation, T>(FunctionBuilder b, PtxType t)
        where TOperation : struct, IBinaryOperation<T>
        where T : unmanaged => b.Hot2<TOperation, T>(t);

    private static bool Call<TA, TB, TResult>(FunctionBuilder b, PtxType t, Func<TA, TB, TResult> function)
        where TA : unmanaged
        where TB : unmanaged
        where TResult : unmanaged => b.Binary(function, t, t, t);
}
