using System.Text.Json;

namespace PlamoNative.Bench;

/// <summary>One result as a JSON object.</summary>
internal static class ResultJson
{
    /// <summary>Writes the object; figures keep five significant digits, more would be noise.</summary>
    public static void Write(Utf8JsonWriter writer, BenchResult result)
    {
        writer.WriteStartObject();
        writer.WriteString("name", result.Name);
        writer.WriteString("shape", result.Shape);
        writer.WriteString("dtype", result.DType);
        writer.WriteNumber("threads", result.Threads);
        Number(writer, "median_ms", result.MedianMilliseconds);
        Number(writer, "spread", result.Spread);
        Number(writer, "value", result.Value);
        writer.WriteString("unit", result.Unit);
        writer.WriteString("baseline", result.Baseline);
        Number(writer, "baseline_value", result.BaselineValue);
        Number(writer, "ratio", result.Ratio);
        writer.WriteString("limit", result.Limit);
        Number(writer, "limit_value", result.LimitValue);
        Number(writer, "percent_of_limit", result.PercentOfLimit);
        writer.WriteString("target", result.Target);
        writer.WriteNumber("rounds", result.Rounds);
        writer.WriteString("note", result.Note);
        writer.WriteEndObject();
    }

    /// <summary>Reads the object.</summary>
    public static BenchResult Read(JsonElement element) => new()
    {
        Name = element.GetProperty("name").GetString() ?? "",
        Shape = element.GetProperty("shape").GetString() ?? "",
        DType = element.GetProperty("dtype").GetString() ?? "",
        Threads = element.GetProperty("threads").GetInt32(),
        MedianMilliseconds = element.GetProperty("median_ms").GetDouble(),
        Spread = element.GetProperty("spread").GetDouble(),
        Value = element.GetProperty("value").GetDouble(),
        Unit = element.GetProperty("unit").GetString() ?? "",
        Baseline = element.GetProperty("baseline").GetString(),
        BaselineValue = Optional(element, "baseline_value"),
        Ratio = Optional(element, "ratio"),
        Limit = element.GetProperty("limit").GetString(),
        LimitValue = Optional(element, "limit_value"),
        PercentOfLimit = Optional(element, "percent_of_limit"),
        Target = element.GetProperty("target").GetString(),
        Rounds = element.GetProperty("rounds").GetInt32(),
        Note = element.GetProperty("note").GetString(),
    };

    private static double? Optional(JsonElement element, string name) =>
        element.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;

    private static void Number(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } figure && double.IsFinite(figure))
        {
            writer.WriteNumber(name, Rounded(figure));
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    private static double Rounded(double value)
    {
        if (value == 0)
        {
            return 0;
        }

        var unit = Math.Pow(10, Math.Floor(Math.Log10(Math.Abs(value))) - 4);
        return unit < 1 ? Math.Round(value / unit) / Math.Round(1 / unit) : Math.Round(value / unit) * unit;
    }
}
