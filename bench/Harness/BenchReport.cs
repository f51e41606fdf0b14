using System.Text.Json;

namespace PlamoNative.Bench;

/// <summary>The results of a run as the JSON object that scripts read; it reads back what it wrote.</summary>
/// <param name="Environment">Where it ran.</param>
/// <param name="Results">What it measured, in order.</param>
internal sealed record BenchReport(BenchEnvironment Environment, IReadOnlyList<BenchResult> Results)
{
    private const string Schema = "plamo-bench/1";

    /// <summary>Writes the object.</summary>
    public void WriteTo(Stream stream)
    {
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStartObject();
        writer.WriteString("schema", Schema);
        writer.WriteString("device", Environment.Device);
        writer.WriteString("cpu", Environment.Cpu);
        writer.WriteString("instruction_set", Environment.InstructionSet);
        writer.WriteNumber("processors", Environment.Processors);
        writer.WriteString("runtime", Environment.Runtime);
        writer.WriteString("operating_system", Environment.OperatingSystem);
        writer.WriteString("revision", Environment.Revision);
        writer.WriteString("peer", Environment.Peer);
        writer.WriteStartArray("results");
        foreach (var result in Results)
        {
            ResultJson.Write(writer, result);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Reads an object that <see cref="WriteTo"/> wrote.</summary>
    /// <param name="path">The file, named in errors.</param>
    /// <exception cref="Engine.ModelFormatException">The file is no report.</exception>
    public static BenchReport Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            if (root.GetProperty("schema").GetString() is var schema && schema != Schema)
            {
                throw new Engine.ModelFormatException(path, "schema", Schema, schema ?? "null");
            }

            var environment = new BenchEnvironment(
                Text(root, "cpu"), Text(root, "instruction_set"), root.GetProperty("processors").GetInt32(), Text(root, "runtime"), Text(root, "operating_system"), Text(root, "revision"))
            {
                Device = Text(root, "device"),
                Peer = root.GetProperty("peer").GetString(),
            };
            return new BenchReport(environment, [.. root.GetProperty("results").EnumerateArray().Select(ResultJson.Read)]);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new Engine.ModelFormatException(path, "report", "JSON as `--json` writes it", exception.Message);
        }
    }

    private static string Text(JsonElement parent, string name) => parent.GetProperty(name).GetString() ?? "";
}
