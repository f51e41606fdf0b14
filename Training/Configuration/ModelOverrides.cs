using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Training.Configuration;

/// <summary>Keys of config.json inside a configuration: YAML scalars and lists of scalars in, JSON text out, and back.</summary>
internal static class ModelOverrides
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static IReadOnlyList<KeyValuePair<string, string>> Read(ConfigurationSection section) => section.Done<IReadOnlyList<KeyValuePair<string, string>>>(
    [
        .. section.Everything().Select(entry => KeyValuePair.Create(entry.Key, entry.Value.Kind switch
        {
            _ when !ModelShape.KnownKeys.Contains(entry.Key) => throw section.Unknown(entry, ModelShape.KnownKeys),
            ConfigurationNodeKind.Mapping => throw section.Wrong(entry.Key, "a value or a list of values", entry.Value.Describe()),
            ConfigurationNodeKind.List => $"[{string.Join(", ", entry.Value.Items.Select(item => item.Kind == ConfigurationNodeKind.Scalar
                ? ToJson(item)
                : throw section.Wrong(entry.Key, "a list of values", $"{item.Describe()} in it")))}]",
            _ => ToJson(entry.Value),
        })),
    ]);

    internal static void Write(IReadOnlyList<KeyValuePair<string, string>> overrides, ConfigurationBuilder to)
    {
        foreach (var (key, json) in overrides)
        {
            using var document = JsonDocument.Parse(json);
            to.Add(key, ToNode(document.RootElement));
        }
    }

    private static ConfigurationNode ToNode(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => ConfigurationNode.List("", [.. value.EnumerateArray().Select(ToNode)]),
        JsonValueKind.String => ConfigurationNode.Scalar("", value.GetString()!, isQuoted: true),
        _ => ConfigurationNode.Scalar("", value.GetRawText(), isQuoted: false),
    };

    private static string ToJson(ConfigurationNode scalar)
    {
        if (scalar.IsNothing)
        {
            return "null";
        }

        if (!scalar.IsQuoted && scalar.Text is "true" or "false")
        {
            return scalar.Text;
        }

        if (!scalar.IsQuoted && long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
        {
            return integer.ToString(CultureInfo.InvariantCulture);
        }

        if (!scalar.IsQuoted && double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
        {
            return number.ToString("R", CultureInfo.InvariantCulture);
        }

        return Quote(scalar.Text);
    }

    private static string Quote(string text)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStringValue(text);
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
