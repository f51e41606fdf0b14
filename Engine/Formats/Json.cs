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

    /// <summary>Reads a property's name unless it is too long or one too many.</summary>
    /// <param name="reader">Stands on the name.</param>
    /// <param name="before">Names of this object that were read before.</param>
    /// <param name="file">The file, for the message.</param>
    /// <param name="field">The object, for the message.</param>
    /// <param name="start">Where the JSON starts in the file.</param>
    internal static string ReadName(ref Utf8JsonReader reader, int before, string file, string field, long start)
    {
        if (before >= TensorSize.MaxNames || reader.ValueSpan.Length > TensorSize.MaxNameBytes)
        {
            var found = before >= TensorSize.MaxNames ? "more names" : $"a name of {reader.ValueSpan.Length} bytes";
            throw new ModelFormatException(file, field, $"at most {TensorSize.MaxNames} names of at most {TensorSize.MaxNameBytes} bytes", found, start + reader.TokenStartIndex);
        }

        return reader.GetString()!;
    }

    /// <summary>What a failure of the reader says: <see cref="JsonException"/> for bad JSON, another type for text that is no UTF-8 or half of a surrogate pair.</summary>
    internal static string Describe(Exception failure) => failure is JsonException { LineNumber: { } line, BytePositionInLine: { } position }
        ? $"text that is none, at byte {position} of line {line + 1}"
        : "a string that is no valid text";
}
