using System.Text.Json;

namespace PlamoNative.Training.Recording;

/// <summary>A line of metrics.jsonl, parsed.</summary>
internal static class JsonlLine
{
    /// <summary>Parses a line, which must be one JSON object with a type and a step.</summary>
    /// <returns>Null when it is anything else; the caller disposes the document.</returns>
    internal static JsonDocument? TryParse(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        try
        {
            if (!JsonDocument.TryParseValue(ref reader, out var document))
            {
                return null;
            }

            var root = document.RootElement;
            if (reader.BytesConsumed == line.Length && root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty(RecordFields.Type, out var type) && type.ValueKind == JsonValueKind.String
                && root.TryGetProperty(RecordFields.Step, out var step) && step.ValueKind == JsonValueKind.Number && step.TryGetInt64(out _))
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What a line is about.</summary>
    internal static bool TryReadHead(ReadOnlySpan<byte> line, out LineHead head)
    {
        using var document = TryParse(line);
        if (document is null)
        {
            head = default;
            return false;
        }

        var type = document.RootElement.GetProperty(RecordFields.Type);
        var isProgress = type.ValueEquals(RecordFields.Types.Step) || type.ValueEquals(RecordFields.Types.Validation);
        head = new LineHead(isProgress, document.RootElement.GetProperty(RecordFields.Step).GetInt64());
        return true;
    }
}
