using System.Text.Json;

namespace PlamoNative.Engine.Formats;

/// <summary>Words for messages about JSON. The runtime's own may be gone from a trimmed program.</summary>
internal static class Json
{
    internal static string Describe(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Null => "null",
        _ => "the end",
    };

    /// <summary>What a failure of the reader says: <see cref="JsonException"/> for bad JSON, another type for text that is no UTF-8 or half of a surrogate pair.</summary>
    internal static string Describe(Exception failure) => failure is JsonException { LineNumber: { } line, BytePositionInLine: { } position }
        ? $"text that is none, at byte {position} of line {line + 1}"
        : "a string that is no valid text";
}
