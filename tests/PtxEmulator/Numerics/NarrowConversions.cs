namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>
/// cvt between f32 and the narrow formats: PTX ISA "Data Movement and Conversion Instructions: cvt". A packed form takes its first source to the
/// upper half. Order of the modifiers: the value is rounded, <c>.satfinite</c> clamps overflow, <c>.relu</c> then clears negative results; NaN
/// becomes the format's canonical one (fp8: 7f), whatever its sign.
/// </summary>
public static class NarrowConversions
{
    private static readonly float[] E4M3Values = Table(FloatFormat.E4M3);
    private static readonly float[] E5M2Values = Table(FloatFormat.E5M2);

    /// <summary>cvt.{rn,rz,...}{.relu}{.satfinite}.f16.f32 or .f64.</summary>
    public static ushort ToF16(double value, Rounding mode, bool saturate = false, bool relu = false)
    {
        var bits = F16.FromDouble(value, mode, saturate);
        return relu ? F16.Relu(bits) : bits;
    }

    /// <summary>cvt.{rn,rz,...}{.relu}{.satfinite}.bf16.f32 or .f64.</summary>
    public static ushort ToBF16(double value, Rounding mode, bool saturate = false, bool relu = false)
    {
        var bits = BF16.FromDouble(value, mode, saturate);
        return relu ? BF16.Relu(bits) : bits;
    }

    /// <summary>cvt.{rna,rn,rz}{.relu}{.satfinite}.tf32.f32: a 32-bit register whose low 13 bits are zero (NaN: 7fffffff, the ISA names no pattern).</summary>
    public static uint ToTF32(float value, Rounding mode = Rounding.NearestAway, bool saturate = false, bool relu = false)
    {
        if (float.IsNaN(value))
        {
            return 0x7FFFFFFF;
        }

        var bits = (uint)SoftRounder.Round(FloatFormat.TF32, value, mode, saturate) << 13;
        return relu && bits >= 0x80000000 ? 0 : bits;
    }

    /// <summary>cvt.rn.satfinite{.relu}.e4m3x2 of one element.</summary>
    public static byte ToE4M3(double value, bool relu = false) => ToFp8(FloatFormat.E4M3, value, relu);

    /// <summary>cvt.rn.satfinite{.relu}.e5m2x2 of one element.</summary>
    public static byte ToE5M2(double value, bool relu = false) => ToFp8(FloatFormat.E5M2, value, relu);

    /// <summary>The value of an e4m3 code; NaN is 7fffffff.</summary>
    public static float FromE4M3(byte code) => E4M3Values[code];

    /// <summary>The value of an e5m2 code; NaN is 7fffffff.</summary>
    public static float FromE5M2(byte code) => E5M2Values[code];

    /// <summary>cvt.xx{.relu}{.satfinite}.f16x2.f32 d, a, b.</summary>
    public static uint ToF16x2(float a, float b, Rounding mode, bool saturate = false, bool relu = false) =>
        Packed16.Join(ToF16(a, mode, saturate, relu), ToF16(b, mode, saturate, relu));

    /// <summary>cvt.xx{.relu}{.satfinite}.bf16x2.f32 d, a, b.</summary>
    public static uint ToBF16x2(float a, float b, Rounding mode, bool saturate = false, bool relu = false) =>
        Packed16.Join(ToBF16(a, mode, saturate, relu), ToBF16(b, mode, saturate, relu));

    /// <summary>cvt.rn.satfinite{.relu}.e4m3x2.f32 d, a, b.</summary>
    public static ushort ToE4M3x2(float a, float b, bool relu = false) => (ushort)(ToE4M3(a, relu) << 8 | ToE4M3(b, relu));

    /// <summary>cvt.rn.satfinite{.relu}.e5m2x2.f32 d, a, b.</summary>
    public static ushort ToE5M2x2(float a, float b, bool relu = false) => (ushort)(ToE5M2(a, relu) << 8 | ToE5M2(b, relu));

    /// <summary>cvt.rn.satfinite{.relu}.e4m3x2.f16x2 d, a: halves keep their places.</summary>
    public static ushort ToE4M3x2(uint f16x2, bool relu = false) => ToE4M3x2(F16.ToSingle((ushort)(f16x2 >> 16)), F16.ToSingle((ushort)f16x2), relu);

    /// <summary>cvt.rn.satfinite{.relu}.e5m2x2.f16x2 d, a.</summary>
    public static ushort ToE5M2x2(uint f16x2, bool relu = false) => ToE5M2x2(F16.ToSingle((ushort)(f16x2 >> 16)), F16.ToSingle((ushort)f16x2), relu);

    /// <summary>cvt.rn{.relu}.f16x2.e4m3x2: every code is exact in f16.</summary>
    public static uint F16x2FromE4M3x2(ushort codes, bool relu = false) =>
        ToF16x2(FromE4M3((byte)(codes >> 8)), FromE4M3((byte)codes), Rounding.NearestEven, false, relu);

    /// <summary>cvt.rn{.relu}.f16x2.e5m2x2.</summary>
    public static uint F16x2FromE5M2x2(ushort codes, bool relu = false) =>
        ToF16x2(FromE5M2((byte)(codes >> 8)), FromE5M2((byte)codes), Rounding.NearestEven, false, relu);

    private static byte ToFp8(in FloatFormat format, double value, bool relu)
    {
        var code = (byte)SoftRounder.Round(format, value, Rounding.NearestEven, saturate: true);
        return relu && code >= 0x80 ? (byte)0 : code;
    }

    private static float[] Table(FloatFormat format)
    {
        var values = new float[256];
        for (var code = 0; code < 256; code++)
        {
            var field = (code & 0x7F) >> format.FractionBits;
            var fraction = code & ((1 << format.FractionBits) - 1);
            var magnitude = MathF.ScaleB(field == 0 ? fraction : fraction | 1 << format.FractionBits, Math.Max(field, 1) - format.Bias - format.FractionBits);
            var pattern = (ulong)(code & 0x7F);
            var value = pattern <= format.LargestFinite ? magnitude : pattern == format.Infinity && format.Infinity != format.NaN ? float.PositiveInfinity : F32.NaN;
            values[code] = code >= 0x80 && !float.IsNaN(value) ? -value : value;
        }

        return values;
    }
}
