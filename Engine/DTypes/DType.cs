namespace PlamoNative.Engine;

/// <summary>Element type of a tensor. Block-quantised types are types of their own: their unit of storage is a block of a row.</summary>
public enum DType
{
    /// <summary>IEEE binary64.</summary>
    Float64,

    /// <summary>IEEE binary32.</summary>
    Float32,

    /// <summary>IEEE binary16 (<see cref="Half"/>).</summary>
    Float16,

    /// <summary>bfloat16: the upper half of a binary32 (<see cref="Engine.BFloat16"/>).</summary>
    BFloat16,

    /// <summary>Signed 8-bit integer.</summary>
    Int8,

    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8,

    /// <summary>Signed 16-bit integer.</summary>
    Int16,

    /// <summary>Unsigned 16-bit integer.</summary>
    UInt16,

    /// <summary>Signed 32-bit integer.</summary>
    Int32,

    /// <summary>Unsigned 32-bit integer.</summary>
    UInt32,

    /// <summary>Signed 64-bit integer.</summary>
    Int64,

    /// <summary>Unsigned 64-bit integer.</summary>
    UInt64,

    /// <summary>One byte, 0 or 1.</summary>
    Bool,

    /// <summary>GGUF Q8_0: 32 values in 34 bytes, half scale and int8 codes.</summary>
    Q8_0,

    /// <summary>GGUF Q4_0: 32 values in 18 bytes, half scale and 4-bit codes around 8.</summary>
    Q4_0,

    /// <summary>GGUF Q4_K: 256 values in 144 bytes, eight 6-bit scales and minima.</summary>
    Q4_K,

    /// <summary>GGUF Q5_K: 256 values in 176 bytes.</summary>
    Q5_K,

    /// <summary>GGUF Q6_K: 256 values in 210 bytes, sixteen 8-bit scales.</summary>
    Q6_K,
}
