using System.Text.Json;

namespace PlamoNative.Engine.Formats;

/// <summary>
/// The index of a sharded model (<c>model.safetensors.index.json</c>): which file holds which tensor. File names are checked to stay inside the folder;
/// links inside the folder are followed, since the hub's cache is made of them.
/// </summary>
public sealed class ShardIndex
{
    private const string WeightMap = "weight_map";

    private ShardIndex(string path, List<KeyValuePair<string, string>> weightMap)
    {
        Path = path;
        WeightMapEntries = weightMap;
    }

    /// <summary>The path as it was given.</summary>
    public string Path { get; }

    /// <summary>Tensor names with the shard's path relative to the folder, in the order of the file.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> WeightMapEntries { get; }

    /// <summary>Reads an index.</summary>
    /// <exception cref="ModelFormatException">The file is no valid index, or a shard's path leaves the folder.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static ShardIndex Read(string path)
    {
        using var file = MappedFile.Open(path);
        if (file.Length > SafetensorsLimits.MaxHeaderBytes)
        {
            throw new ModelFormatException(path, "file length", $"at most {SafetensorsLimits.MaxHeaderBytes} bytes", $"{file.Length} bytes");
        }

        try
        {
            return new ShardIndex(path, ReadObject(path, file.Span(0, (int)file.Length)));
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new ModelFormatException(path, "index", "JSON", Json.Describe(failure), innerException: failure);
        }
    }

    private static List<KeyValuePair<string, string>> ReadObject(string path, ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = SafetensorsLimits.MaxDepth });
        reader.Read();
        Expect(path, "index", JsonTokenType.StartObject, reader.TokenType);
        List<KeyValuePair<string, string>>? weightMap = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals(WeightMap))
            {
                reader.Read();
                reader.Skip();
                continue;
            }

            if (weightMap is not null)
            {
                throw new ModelFormatException(path, WeightMap, "one value", "a second one");
            }

            weightMap = ReadWeightMap(path, ref reader);
        }

        // Throws when anything but white space follows the object.
        reader.Read();
        return weightMap ?? throw new ModelFormatException(path, WeightMap, "an object", "no such key");
    }

    private static List<KeyValuePair<string, string>> ReadWeightMap(string path, ref Utf8JsonReader reader)
    {
        var entries = new List<KeyValuePair<string, string>>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var shards = new Dictionary<string, string>(StringComparer.Ordinal);
        reader.Read();
        Expect(path, WeightMap, JsonTokenType.StartObject, reader.TokenType);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Json.ReadName(ref reader, entries.Count, path, WeightMap, 0);
            var field = $"{WeightMap} '{name}'";
            reader.Read();
            Expect(path, field, JsonTokenType.String, reader.TokenType);
            var shard = reader.GetString()!;
            if (!names.Add(name))
            {
                throw new ModelFormatException(path, field, "a name that is used once", "the name a second time");
            }

            if (!shards.TryGetValue(shard, out var known))
            {
                CheckInside(path, field, shard);
                shards.Add(shard, known = shard);
            }

            entries.Add(new KeyValuePair<string, string>(name, known));
        }

        return entries;
    }

    private static void CheckInside(string path, string field, string shard)
    {
        var leaves = shard.Length == 0 || shard.Contains('\0') || shard.Contains(':') || System.IO.Path.IsPathRooted(shard) || shard[0] is '/' or '\\';
        foreach (var segment in shard.Split('/', '\\'))
        {
            leaves |= segment is "" or "." or "..";
        }

        if (leaves)
        {
            throw new ModelFormatException(path, field, "the name of a file inside the folder", $"'{shard}'");
        }
    }

    private static void Expect(string path, string field, JsonTokenType expected, JsonTokenType found)
    {
        if (expected != found)
        {
            throw new ModelFormatException(path, field, Json.Describe(expected), Json.Describe(found));
        }
    }
}
