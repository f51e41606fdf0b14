using PlamoNative.Engine;

namespace PlamoNative.Cli.Input;

/// <summary>The types that options name.</summary>
internal static class DTypeNames
{
    /// <summary>Types that both file layouts hold.</summary>
    internal static IReadOnlyList<string> Dense { get; } = ["f32", "bf16", "f16"];

    /// <summary>Types that a GGUF is written with.</summary>
    internal static IReadOnlyList<string> Gguf { get; } = [.. Dense, "q8_0", "q4_0"];

    internal static DType Parse(string name) => name switch
    {
        "f32" => DType.Float32,
        "bf16" => DType.BFloat16,
        "f16" => DType.Float16,
        "q8_0" => DType.Q8_0,
        "q4_0" => DType.Q4_0,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "not a type that options name"),
    };
}
