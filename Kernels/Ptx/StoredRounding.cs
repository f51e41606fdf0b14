namespace PlamoNative.Kernels.Ptx;

/// <summary>Rounding for storage, with the bits of Engine's <c>TensorConvert</c> for every value, NaN too.</summary>
internal static class StoredRounding
{
    /// <summary>float to bf16 in the low half, to nearest, ties to even; a NaN stays quiet and keeps its upper bits.</summary>
    public static uint ToBf16(float value)
    {
        var bits = FastMath.UnsignedBits(value);
        var rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
        return (bits & 0x7FFFFFFFu) > 0x7F800000u ? (bits >> 16) | 0x40u : rounded;
    }

    /// <summary>float to f16 in the low half, to nearest, ties to even; a NaN stays quiet and keeps its upper bits.</summary>
    public static uint ToFloat16(float value)
    {
        var bits = FastMath.UnsignedBits(value);
        var quiet = ((bits >> 16) & 0x8000u) | ((bits >> 13) & 0x3FFu) | 0x7E00u;
        return (bits & 0x7FFFFFFFu) > 0x7F800000u ? quiet : Conversions.FloatToHalf(value);
    }
}
