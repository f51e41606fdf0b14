using System.Text.Json;

namespace PlamoNative.PtxEmulator.Commands;

/// <summary>A launch file, or an argument of the command, that cannot be taken: one line with file, field, expected, found.</summary>
public sealed class LaunchFileException(string message) : Exception(message);

/// <summary>What LAUNCH.json says. Arguments stay JSON until the kernel's parameters are known.</summary>
internal sealed record LaunchFile(string Path, string Kernel, Extent Grid, Extent Block, int DynamicSharedBytes, IReadOnlyList<JsonElement> Arguments)
{
    internal string Folder => System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path)) ?? ".";

    internal static LaunchFile Read(string path)
    {
        JsonElement root;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            root = document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new LaunchFileException($"{path}: expected JSON, found an error at line {exception.LineNumber + 1}: {exception.Message}");
        }

        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new LaunchFileException($"{path}: expected an object, found {Kind(root)}");
        }

        var kernel = Field(path, root, "kernel") is { ValueKind: JsonValueKind.String } name
            ? name.GetString()!
            : throw new LaunchFileException($"{path}: kernel: expected the name of an entry function, found {Kind(Field(path, root, "kernel"))}");
        var grid = Sizes(path, root, "grid");
        var block = Sizes(path, root, "block");
        var shared = 0;
        if (root.TryGetProperty("dynamic_shared_bytes", out var bytes) && (bytes.ValueKind != JsonValueKind.Number || !bytes.TryGetInt32(out shared) || shared < 0))
        {
            throw new LaunchFileException($"{path}: dynamic_shared_bytes: expected a number of bytes, found {bytes.GetRawText()}");
        }

        var arguments = new List<JsonElement>();
        if (root.TryGetProperty("arguments", out var list))
        {
            if (list.ValueKind != JsonValueKind.Array)
            {
                throw new LaunchFileException($"{path}: arguments: expected an array, found {Kind(list)}");
            }

            arguments.AddRange(list.EnumerateArray());
        }

        return new(path, kernel, grid, block, shared, arguments);
    }

    internal static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Null => "null",
        _ => element.GetRawText(),
    };

    private static JsonElement Field(string path, JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) ? value : throw new LaunchFileException($"{path}: {name}: expected a value, found none");

    private static Extent Sizes(string path, JsonElement root, string name)
    {
        var value = Field(path, root, name);
        var sizes = new[] { 1, 1, 1 };
        var isGood = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() is >= 1 and <= 3;
        for (var i = 0; isGood && i < value.GetArrayLength(); i++)
        {
            isGood = value[i].ValueKind == JsonValueKind.Number && value[i].TryGetInt32(out sizes[i]) && sizes[i] > 0;
        }

        return isGood ? new(sizes[0], sizes[1], sizes[2]) : throw new LaunchFileException($"{path}: {name}: expected one to three sizes above zero, found {value.GetRawText()}");
    }
}
