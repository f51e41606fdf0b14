using System.Text.Json;

namespace PlamoNative.Engine.Formats;

/// <summary>Words for messages about JSON.</summary>
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
}
