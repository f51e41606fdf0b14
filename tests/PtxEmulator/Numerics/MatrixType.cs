namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>The element types of mma.sync and wgmma.</summary>
public enum MatrixType : byte
{
    /// <summary>.f16</summary>
    F16,

    /// <summary>.bf16</summary>
    BF16,

    /// <summary>.tf32; the low 13 bits of its registers are ignored.</summary>
    TF32,

    /// <summary>.e4m3</summary>
    E4M3,

    /// <summary>.e5m2</summary>
    E5M2,

    /// <summary>.s8</summary>
    S8,

    /// <summary>.u8</summary>
    U8,

    /// <summary>.s4</summary>
    S4,

    /// <summary>.u4</summary>
    U4,

    /// <summary>.f64</summary>
    F64,

    /// <summary>.f32, accumulators only</summary>
    F32,

    /// <summary>.s32, accumulators only</summary>
    S32,
}

/// <summary>Widths and kinds of the element types.</summary>
public static class MatrixTypes
{
    /// <summary>Bits of an element in its register.</summary>
    public static int Bits(this MatrixType type) => type switch
    {
        MatrixType.F16 or MatrixType.BF16 => 16,
        MatrixType.E4M3 or MatrixType.E5M2 or MatrixType.S8 or MatrixType.U8 => 8,
        MatrixType.S4 or MatrixType.U4 => 4,
        MatrixType.F64 => 64,
        _ => 32,
    };

    /// <summary>Whether products are integers, summed modulo 2^32.</summary>
    public static bool IsInteger(this MatrixType type) => type is MatrixType.S8 or MatrixType.U8 or MatrixType.S4 or MatrixType.U4 or MatrixType.S32;

    /// <summary>Whether the type is one of the 8-bit floats.</summary>
    public static bool IsFp8(this MatrixType type) => type is MatrixType.E4M3 or MatrixType.E5M2;

    /// <summary>The type that PTX writes so, without the dot.</summary>
    public static bool TryParse(string name, out MatrixType type)
    {
        type = name switch
        {
            "f16" => MatrixType.F16,
            "bf16" => MatrixType.BF16,
            "tf32" => MatrixType.TF32,
            "e4m3" => MatrixType.E4M3,
            "e5m2" => MatrixType.E5M2,
            "s8" => MatrixType.S8,
            "u8" => MatrixType.U8,
            "s4" => MatrixType.S4,
            "u4" => MatrixType.U4,
            "f64" => MatrixType.F64,
            "f32" => MatrixType.F32,
            "s32" => MatrixType.S32,
            _ => (MatrixType)byte.MaxValue,
        };
        return type <= MatrixType.S32;
    }
}
