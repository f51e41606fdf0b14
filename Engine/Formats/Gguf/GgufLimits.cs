namespace PlamoNative.Engine.Formats;

/// <summary>Numbers of the GGUF format (docs/gguf.md of ggml) and its tensor types.</summary>
internal static class GgufLimits
{
    internal const uint Magic = 0x46554747;
    internal const uint OldestVersion = 2;
    internal const uint Version = 3;
    internal const int DefaultAlignment = 32;
    internal const uint MaxAlignment = 1 << 20;
    internal const int MaxRank = 4;

    /// <summary>ggml keeps names in 64 bytes with their final zero.</summary>
    internal const int MaxWrittenNameBytes = 63;

    /// <summary>Arrays in arrays that are followed; real files have none or one.</summary>
    internal const int MaxArrayDepth = 8;

    internal const string AlignmentKey = "general.alignment";
    internal const string DTypes = "one of F32, F16, BF16, Q8_0, Q4_0, Q4_K, Q5_K, Q6_K, F64, I8, I16, I32, I64";

    private static readonly (uint Number, string Name, DType? DType)[] Types =
    [
        (0, "F32", DType.Float32), (1, "F16", DType.Float16), (2, "Q4_0", DType.Q4_0), (3, "Q4_1", null), (6, "Q5_0", null), (7, "Q5_1", null),
        (8, "Q8_0", DType.Q8_0), (9, "Q8_1", null), (10, "Q2_K", null), (11, "Q3_K", null), (12, "Q4_K", DType.Q4_K), (13, "Q5_K", DType.Q5_K),
        (14, "Q6_K", DType.Q6_K), (15, "Q8_K", null), (16, "IQ2_XXS", null), (17, "IQ2_XS", null), (18, "IQ3_XXS", null), (19, "IQ1_S", null),
        (20, "IQ4_NL", null), (21, "IQ3_S", null), (22, "IQ2_S", null), (23, "IQ4_XS", null), (24, "I8", DType.Int8), (25, "I16", DType.Int16),
        (26, "I32", DType.Int32), (27, "I64", DType.Int64), (28, "F64", DType.Float64), (29, "IQ1_M", null), (30, "BF16", DType.BFloat16),
        (34, "TQ1_0", null), (35, "TQ2_0", null), (39, "MXFP4", null),
    ];

    internal static DType? Parse(uint number, out string name)
    {
        foreach (var type in Types)
        {
            if (type.Number == number)
            {
                name = $"{type.Name} (type {number})";
                return type.DType;
            }
        }

        name = $"type {number}";
        return null;
    }

    /// <summary>The format's number, or null when it has none.</summary>
    internal static uint? Number(DType dtype)
    {
        foreach (var type in Types)
        {
            if (type.DType == dtype)
            {
                return type.Number;
            }
        }

        return null;
    }

    /// <summary>Bytes of a value of fixed size; 0 for strings, arrays and unknown types.</summary>
    internal static int FixedBytes(GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => 8,
        _ => 0,
    };

    internal static long Align(long position, long alignment) => (position + alignment - 1) / alignment * alignment;
}
