using System.Text.Json;
using PlamoNative.PtxEmulator.Numerics;

namespace PlamoNative.PtxEmulator.Commands;

/// <summary>
/// The argument form <c>{"tensor_map": {"buffer": "a.npy", "type": 9, "dimensions": [..], "strides": [..], "box": [..], "element_strides": [..],
/// "interleave": 0, "swizzle": 3, "promotion": 0, "fill": 0, "offset": 0}}</c>: what cuTensorMapEncodeTiled takes, numbers as in cuda.h, dimension 0
/// first, strides in bytes from dimension 1 on. The 128 bytes are the emulator's own encoding.
/// </summary>
internal static class TensorMapArgument
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "buffer", "offset", "type", "dimensions", "strides", "box", "element_strides", "interleave", "swizzle", "promotion", "fill",
    };

    internal static byte[] Encode(LaunchArguments arguments, string field, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw arguments.Wrong(field, "an object", value);
        }

        foreach (var property in value.EnumerateObject())
        {
            if (!Known.Contains(property.Name))
            {
                throw new LaunchFileException($"{field}: expected one of {string.Join(", ", Known)}, found '{property.Name}'");
            }
        }

        if (!value.TryGetProperty("buffer", out var buffer))
        {
            throw arguments.Wrong($"{field}.buffer", "the path of a .npy file", value);
        }

        var address = arguments.Buffer($"{field}.buffer", buffer) + Number(arguments, field, value, "offset");
        var dimensions = Numbers(arguments, field, value, "dimensions");
        var box = Numbers(arguments, field, value, "box");
        var strides = value.TryGetProperty("strides", out _) ? Numbers(arguments, field, value, "strides") : [];
        var elementStrides = value.TryGetProperty("element_strides", out _) ? Numbers(arguments, field, value, "element_strides") : [.. box.Select(_ => 1UL)];
        try
        {
            var map = TensorMap.Create(
                (int)Number(arguments, field, value, "type"), address, dimensions, strides, [.. box.Select(size => (uint)Math.Min(size, uint.MaxValue))],
                [.. elementStrides.Select(size => (uint)Math.Min(size, uint.MaxValue))], (int)Number(arguments, field, value, "interleave"),
                (int)Number(arguments, field, value, "swizzle"), (int)Number(arguments, field, value, "promotion"), (int)Number(arguments, field, value, "fill"));
            var bytes = new byte[TensorMap.SizeBytes];
            map.Write(bytes);
            return bytes;
        }
        catch (PtxRuleException rule)
        {
            throw new LaunchFileException($"{field}: {rule.Message}");
        }
    }

    private static ulong Number(LaunchArguments arguments, string field, JsonElement value, string name) => !value.TryGetProperty(name, out var number) ? 0
        : number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var result) && result >= 0 ? (ulong)result : throw arguments.Wrong($"{field}.{name}", "a number from zero on", number);

    private static ulong[] Numbers(LaunchArguments arguments, string field, JsonElement value, string name)
    {
        if (!value.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw arguments.Wrong($"{field}.{name}", "an array of numbers", value);
        }

        return [.. list.EnumerateArray().Select(element => element.ValueKind == JsonValueKind.Number && element.TryGetUInt64(out var number) ? number : throw arguments.Wrong($"{field}.{name}", "numbers", element))];
    }
}
