using System.Runtime.Intrinsics;

namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>
/// Elements of a matrix as integers: value = significand · 2^(exponent - fraction bits). A zero has an exponent below every other, so that it never
/// decides an alignment; a subnormal keeps the format's smallest exponent and a significand below one, as tensor cores use it.
/// </summary>
internal static class TensorOperand
{
    /// <summary>The exponent of a zero: far below any sum of two exponents.</summary>
    public const int ZeroExponent = -100_000;

    /// <summary>Fraction bits of an input type.</summary>
    public static int FractionBits(MatrixType type) => Format(type).FractionBits;

    /// <summary>Decodes many codes; false if an infinity or a NaN is among them.</summary>
    public static bool Decode(MatrixType type, ReadOnlySpan<uint> codes, Span<int> significands, Span<int> exponents)
    {
        var (ignored, format) = (type == MatrixType.TF32 ? 13 : 0, Format(type));
        var special = Vector256<uint>.Zero;
        var start = 0;
        for (; start + 8 <= codes.Length; start += 8)
        {
            var code = Vector256.Create(codes[start..]) >> ignored;
            var field = code >> format.FractionBits & Vector256.Create((1u << format.ExponentBits) - 1);
            var normal = ~Vector256.Equals(field, Vector256<uint>.Zero) & Vector256.Create(1u << format.FractionBits);
            var magnitude = (code & Vector256.Create((1u << format.FractionBits) - 1) | normal).AsInt32();
            var sign = (code << (31 - format.ExponentBits - format.FractionBits)).AsInt32() >> 31;
            var exponent = Vector256.Max(field.AsInt32(), Vector256<int>.One) - Vector256.Create(format.Bias);
            exponent = Vector256.ConditionalSelect(Vector256.Equals(magnitude, Vector256<int>.Zero), Vector256.Create(ZeroExponent), exponent);
            ((magnitude ^ sign) - sign).CopyTo(significands[start..]);
            exponent.CopyTo(exponents[start..]);
            special |= Vector256.GreaterThan(code & Vector256.Create((uint)format.SignBit - 1), Vector256.Create((uint)format.LargestFinite));
        }

        var finite = special == Vector256<uint>.Zero;
        for (; start < codes.Length; start++)
        {
            finite &= Decode(type, codes[start], out significands[start], out exponents[start]);
        }

        return finite;
    }

    /// <summary>Decodes one code (for tf32 the 32-bit register); false for an infinity or a NaN.</summary>
    public static bool Decode(MatrixType type, uint code, out int significand, out int exponent)
    {
        switch (type)
        {
            case MatrixType.F16:
                return Decode(code, 15, 10, 5, out significand, out exponent);
            case MatrixType.BF16:
                return Decode(code, 15, 7, 8, out significand, out exponent);
            case MatrixType.TF32:
                return Decode(code >> 13, 18, 10, 8, out significand, out exponent);
            case MatrixType.F32:
                return Decode(code, 31, 23, 8, out significand, out exponent);
            case MatrixType.E5M2:
                return Decode(code, 7, 2, 5, out significand, out exponent);
            default:
                // e4m3 has numbers in the last binade: only 7f and ff are NaN.
                Decode(code, 7, 3, 4, out significand, out exponent);
                return (code & 0x7F) != 0x7F;
        }
    }

    /// <summary>The value as a double, infinities and NaN included.</summary>
    public static double ToDouble(MatrixType type, uint code) => type switch
    {
        MatrixType.F16 => F16.ToSingle((ushort)code),
        MatrixType.BF16 => BF16.ToSingle((ushort)code),
        MatrixType.TF32 => BitConverter.UInt32BitsToSingle(code & 0xFFFFE000),
        MatrixType.E4M3 => NarrowConversions.FromE4M3((byte)code),
        MatrixType.E5M2 => NarrowConversions.FromE5M2((byte)code),
        _ => BitConverter.UInt32BitsToSingle(code),
    };

    private static FloatFormat Format(MatrixType type) => type switch
    {
        MatrixType.F16 => FloatFormat.F16,
        MatrixType.BF16 => FloatFormat.BF16,
        MatrixType.TF32 => FloatFormat.TF32,
        MatrixType.E4M3 => FloatFormat.E4M3,
        MatrixType.E5M2 => FloatFormat.E5M2,
        _ => FloatFormat.F32,
    };

    private static bool Decode(uint code, int signBit, int fractionBits, int exponentBits, out int significand, out int exponent)
    {
        var all = (1 << exponentBits) - 1;
        var field = (int)(code >> fractionBits) & all;
        var fraction = (int)(code & ((1u << fractionBits) - 1));
        var magnitude = field == 0 ? fraction : fraction | 1 << fractionBits;
        exponent = magnitude == 0 ? ZeroExponent : Math.Max(field, 1) - (all >> 1);
        significand = (code >> signBit & 1) != 0 ? -magnitude : magnitude;
        return field != all;
    }
}
