namespace PlamoNative.Engine.Formats;

/// <summary>Numbers of the safetensors format (its README in the format's own repository) and the names of its element types.</summary>
internal static class SafetensorsLimits
{
    internal const string MetadataKey = "__metadata__";
    internal const string DTypes = "one of F64, F32, F16, BF16, I8, I16, I32, I64, U8, U16, U32, U64, BOOL";
    internal const int LengthBytes = 8;
    internal const long MaxHeaderBytes = 100_000_000;

    /// <summary>Data starts at a multiple of this in files that we write, so that mapped tensors may be used in place.</summary>
    internal const int HeaderAlignment = 64;

    /// <summary>JSON inside the header is four levels deep at most; what strangers nest in unknown keys may be somewhat deeper.</summary>
    internal const int MaxDepth = 32;

    internal static DType? Parse(string name) => name switch
    {
        "F64" => DType.Float64,
        "F32" => DType.Float32,
        "F16" => DType.Float16,
        "BF16" => DType.BFloat16,
        "I8" => DType.Int8,
        "I16" => DType.Int16,
        "I32" => DType.Int32,
        "I64" => DType.Int64,
        "U8" => DType.UInt8,
        "U16" => DType.UInt16,
        "U32" => DType.UInt32,
        "U64" => DType.UInt64,
        "BOOL" => DType.Bool,
        _ => null,
    };

    /// <summary>The format's name, or null for block types, which it does not have.</summary>
    internal static string? Name(DType dtype) => dtype.IsBlockQuantized() ? null : dtype.Name().ToUpperInvariant();
}
