namespace PlamoNative.PtxEmulator.Numerics;

/// <summary>CUtensorMapDataType.</summary>
public enum TensorMapType : byte
{
    /// <summary>8 bits.</summary>
    U8,

    /// <summary>16 bits.</summary>
    U16,

    /// <summary>32 bits.</summary>
    U32,

    /// <summary>32 bits, signed.</summary>
    S32,

    /// <summary>64 bits.</summary>
    U64,

    /// <summary>64 bits, signed.</summary>
    S64,

    /// <summary>f16.</summary>
    F16,

    /// <summary>f32.</summary>
    F32,

    /// <summary>f64.</summary>
    F64,

    /// <summary>bf16.</summary>
    BF16,

    /// <summary>f32, subnormals become zero.</summary>
    F32Flushed,

    /// <summary>tf32: moved as its 32-bit register, since readers drop the low bits anyway.</summary>
    TF32,

    /// <summary>tf32, subnormals become zero.</summary>
    TF32Flushed,
}

/// <summary>Sizes of the types.</summary>
public static class TensorMapTypes
{
    /// <summary>Bytes of an element.</summary>
    public static int Bytes(this TensorMapType type) => type switch
    {
        TensorMapType.U8 => 1,
        TensorMapType.U16 or TensorMapType.F16 or TensorMapType.BF16 => 2,
        TensorMapType.U64 or TensorMapType.S64 or TensorMapType.F64 => 8,
        _ => 4,
    };

    /// <summary>Whether the fill of elements outside may be NaN.</summary>
    public static bool IsFloat(this TensorMapType type) =>
        type is TensorMapType.F16 or TensorMapType.BF16 or >= TensorMapType.F32 and <= TensorMapType.F64 or >= TensorMapType.F32Flushed;

    /// <summary>Whether subnormal elements become zero on their way.</summary>
    public static bool Flushes(this TensorMapType type) => type is TensorMapType.F32Flushed or TensorMapType.TF32Flushed;
}
