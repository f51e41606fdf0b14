using System.Text.Encodings.Web;
using System.Text.Json;

namespace PlamoNative.Cli.Rendering;

/// <summary>The one JSON object that <c>--json</c> prints: a line of its own, Japanese readable as it is.</summary>
internal static class JsonAnswer
{
    internal static void Write(CommandStreams streams, Action<Utf8JsonWriter> members)
    {
        streams.OutputWriter.Flush();
        using (var writer = new Utf8JsonWriter(streams.Output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        streams.Output.Write("\n"u8);
        streams.Output.Flush();
    }

    /// <summary>JSON has no infinity and no NaN: they become null.</summary>
    internal static void WriteFinite(this Utf8JsonWriter writer, string name, double value)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumber(name, value);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    internal static void WriteIds(this Utf8JsonWriter writer, string name, IEnumerable<int> ids)
    {
        writer.WriteStartArray(name);
        foreach (var id in ids)
        {
            writer.WriteNumberValue(id);
        }

        writer.WriteEndArray();
    }
}
