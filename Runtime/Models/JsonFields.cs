using System.Globalization;
using System.Text.Json;
using PlamoNative.Engine;

namespace PlamoNative.Runtime.Models;

/// <summary>Typed values of a JSON object; a wrong type is an error that names file, key, expected and found. Keys that were asked for count as known.</summary>
internal sealed class JsonFields(JsonElement root, string source)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    internal JsonElement? Get(string key)
    {
        _known.Add(key);
        return root.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    internal long? Integer(string key) => Get(key) is { } value ? Integer(key, value) : null;

    internal int Int32(string key, int missing)
    {
        var value = Integer(key) ?? missing;
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Wrong(key, "a 32-bit integer", value.ToString(CultureInfo.InvariantCulture));
    }

    internal int? Int32(string key) => Get(key) is null ? null : Int32(key, 0);

    internal double? Number(string key) => Get(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out var number) && double.IsFinite(number) => number,
        { } value => throw Wrong(key, "a finite number", Describe(value)),
    };

    internal bool Boolean(string key, bool missing) => Get(key) switch
    {
        null => missing,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Wrong(key, "true or false", Describe(value)),
    };

    internal string? Text(string key) => Get(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        { } value => throw Wrong(key, "a string", Describe(value)),
    };

    /// <summary>A list whose items <paramref name="read"/> converts; null when the key is absent or null.</summary>
    internal T[]? List<T>(string key, Func<string, JsonElement, T> read)
    {
        if (Get(key) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select((item, i) => read(string.Create(CultureInfo.InvariantCulture, $"{key}[{i}]"), item))]
            : throw Wrong(key, "a list", Describe(value));
    }

    internal long Integer(string key, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number)
        {
            if (value.TryGetInt64(out var integer))
            {
                return integer;
            }

            if (value.TryGetDouble(out var number) && number == Math.Truncate(number) && Math.Abs(number) < 1L << 53)
            {
                return (long)number;
            }
        }

        throw Wrong(key, "an integer", Describe(value));
    }

    internal int Index(string key, JsonElement value)
    {
        var integer = Integer(key, value);
        return integer is >= 0 and <= int.MaxValue ? (int)integer : throw Wrong(key, "an index", integer.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The keys that nobody asked for, with their values as JSON text. A key that is there twice counts once, with its last value.</summary>
    internal List<KeyValuePair<string, string>> Others()
    {
        var others = new List<KeyValuePair<string, string>>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in root.EnumerateObject())
        {
            if (!_known.Contains(property.Name) && seen.Add(property.Name))
            {
                others.Add(new(property.Name, root.GetProperty(property.Name).GetRawText()));
            }
        }

        return others;
    }

    internal ModelFormatException Wrong(string key, string expected, string found) => new(source, key, expected, found);

    internal static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.Null => "null",
        _ => value.GetRawText(),
    };
}
