namespace PlamoNative.PtxEmulator.Parsing;

/// <summary>The fundamental and packed types of PTX.</summary>
internal enum PtxType
{
    None,
    Pred,
    B8,
    B16,
    B32,
    B64,
    B128,
    U8,
    U16,
    U32,
    U64,
    S8,
    S16,
    S32,
    S64,
    F16,
    F16X2,
    BF16,
    BF16X2,
    TF32,
    F32,
    F64,
    E4M3,
    E5M2,
    E4M3X2,
    E5M2X2,
    U16X2,
    S16X2,
}

internal static class PtxTypes
{
    private static readonly Dictionary<string, PtxType> ByName = new(StringComparer.Ordinal)
    {
        ["pred"] = PtxType.Pred, ["b8"] = PtxType.B8, ["b16"] = PtxType.B16, ["b32"] = PtxType.B32, ["b64"] = PtxType.B64, ["b128"] = PtxType.B128,
        ["u8"] = PtxType.U8, ["u16"] = PtxType.U16, ["u32"] = PtxType.U32, ["u64"] = PtxType.U64,
        ["s8"] = PtxType.S8, ["s16"] = PtxType.S16, ["s32"] = PtxType.S32, ["s64"] = PtxType.S64,
        ["f16"] = PtxType.F16, ["f16x2"] = PtxType.F16X2, ["bf16"] = PtxType.BF16, ["bf16x2"] = PtxType.BF16X2, ["tf32"] = PtxType.TF32,
        ["f32"] = PtxType.F32, ["f64"] = PtxType.F64, ["e4m3"] = PtxType.E4M3, ["e5m2"] = PtxType.E5M2, ["e4m3x2"] = PtxType.E4M3X2, ["e5m2x2"] = PtxType.E5M2X2,
        ["u16x2"] = PtxType.U16X2, ["s16x2"] = PtxType.S16X2,
    };

    internal static bool TryParse(string name, out PtxType type) => ByName.TryGetValue(name, out type);

    /// <summary>Bytes of one value; a predicate lives in a mask of its own and counts as none.</summary>
    internal static int Size(this PtxType type) => type switch
    {
        PtxType.B8 or PtxType.U8 or PtxType.S8 or PtxType.E4M3 or PtxType.E5M2 => 1,
        PtxType.B16 or PtxType.U16 or PtxType.S16 or PtxType.F16 or PtxType.BF16 or PtxType.E4M3X2 or PtxType.E5M2X2 => 2,
        PtxType.B32 or PtxType.U32 or PtxType.S32 or PtxType.F32 or PtxType.TF32 or PtxType.F16X2 or PtxType.BF16X2 or PtxType.U16X2 or PtxType.S16X2 => 4,
        PtxType.B64 or PtxType.U64 or PtxType.S64 or PtxType.F64 => 8,
        PtxType.B128 => 16,
        _ => 0,
    };

    internal static bool IsSigned(this PtxType type) => type is PtxType.S8 or PtxType.S16 or PtxType.S32 or PtxType.S64;

    internal static bool IsFloat(this PtxType type) => type is PtxType.F16 or PtxType.F16X2 or PtxType.BF16 or PtxType.BF16X2 or PtxType.TF32 or PtxType.F32 or PtxType.F64;
}
