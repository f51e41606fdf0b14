using System.Text.Json;
using PlamoNative.Engine;

namespace PlamoNative.Training.Recording;

/// <summary>Fields of one record, each of its type or an error that names line and field.</summary>
internal readonly struct JsonRecord(string path, int line, JsonElement root)
{
    internal long Whole(string name) => Field(name) is { ValueKind: JsonValueKind.Number } field && field.TryGetInt64(out var value) ? value : throw Wrong(name, "a whole number");

    internal double Number(string name)
    {
        var field = Field(name);
        return field.ValueKind switch
        {
            JsonValueKind.Number => field.GetDouble(),
            JsonValueKind.String when field.ValueEquals("NaN"u8) => double.NaN,
            JsonValueKind.String when field.ValueEquals("Infinity"u8) => double.PositiveInfinity,
            JsonValueKind.String when field.ValueEquals("-Infinity"u8) => double.NegativeInfinity,
            _ => throw Wrong(name, "a number"),
        };
    }

    internal bool Flag(string name) => Field(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, "true or false"),
    };

    internal string Text(string name)
    {
        try
        {
            return Field(name) is { ValueKind: JsonValueKind.String } field ? field.GetString()! : throw Wrong(name, "a text");
        }
        catch (InvalidOperationException failure)
        {
            // Bytes that are no UTF-8, or half of a surrogate pair.
            throw new ModelFormatException(path, $"line {line}, {name}", "a text", "a string that is no valid text", innerException: failure);
        }
    }

    private JsonElement Field(string name) => root.TryGetProperty(name, out var field) ? field : throw Wrong(name, "a value");

    private ModelFormatException Wrong(string name, string expected) =>
        new(path, $"line {line}, {name}", expected, root.TryGetProperty(name, out var field) ? field.GetRawText() : "nothing");
}
