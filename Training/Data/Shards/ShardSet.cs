using System.Buffers;
using System.Text.Json;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;

namespace PlamoNative.Training.Data;

/// <summary>A folder of shards with <c>set.json</c>, which names its files. The folder appears whole or not at all.</summary>
/// <param name="Folder">Where they lie.</param>
/// <param name="Key">What they were made of; see <see cref="ShardKey"/>.</param>
/// <param name="Training">Files of the documents to learn from.</param>
/// <param name="HeldOut">Files of the held-out documents.</param>
internal sealed record ShardSet(string Folder, string Key, IReadOnlyList<string> Training, IReadOnlyList<string> HeldOut)
{
    private const string FileName = "set.json";
    private const int KeyDigitsInName = 16;
    private const int MaxManifestBytes = 1 << 24;

    /// <summary>The folder of a corpus' shards.</summary>
    internal static string FolderOf(string shardFolder, string corpus, string key)
    {
        var name = string.Concat(corpus.Select(unit => char.IsLetterOrDigit(unit) || unit is '-' or '_' ? unit : '-'));
        return Path.Combine(shardFolder, $"{(name.Length > 64 ? name[..64] : name)}-{key[..KeyDigitsInName]}");
    }

    /// <summary>Whether a file of a set folder, by its name, is one of ours and goes when the set is made anew.</summary>
    internal static bool IsOwn(string name) => name == FileName || name.EndsWith(".tokens", StringComparison.Ordinal);

    /// <summary>Writes <c>set.json</c> into a folder.</summary>
    internal void Write(string folder)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", TokenShardLayout.Version);
            writer.WriteString("key", Key);
            WriteNames(writer, "training", Training);
            WriteNames(writer, "held_out", HeldOut);
            writer.WriteEndObject();
        }

        AtomicFile.WriteAllBytes(Path.Combine(folder, FileName), bytes.WrittenSpan);
    }

    /// <summary>Reads a set.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="ModelFormatException">Its <c>set.json</c> is damaged or names other data.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static ShardSet? TryRead(string folder, string key)
    {
        var path = Path.Combine(folder, FileName);
        if (!Directory.Exists(folder) || !Path.Exists(path))
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(InputFile.ReadAllBytes(path, MaxManifestBytes));
            var root = json.RootElement;
            var found = root.GetProperty("key").GetString();
            TokenShardLayout.Require(path, "key", found == key, key, found ?? "null");
            return new ShardSet(folder, key, ReadNames(path, root, "training"), ReadNames(path, root, "held_out"));
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new ModelFormatException(path, "content", "a shard set's JSON object", "other text", innerException: failure);
        }
    }

    /// <summary>Full paths of some of its files.</summary>
    internal IReadOnlyList<string> Paths(IReadOnlyList<string> names) => [.. names.Select(name => Path.Combine(Folder, name))];

    private static void WriteNames(Utf8JsonWriter writer, string key, IReadOnlyList<string> names)
    {
        writer.WriteStartArray(key);
        foreach (var name in names)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }

    private static string[] ReadNames(string path, JsonElement root, string key)
    {
        var names = root.GetProperty(key).EnumerateArray().Select(element => element.GetString() ?? "").ToArray();
        foreach (var name in names)
        {
            TokenShardLayout.Require(path, key, name.Length > 0 && name == Path.GetFileName(name), "names of files in the folder", name);
        }

        return names;
    }
}
