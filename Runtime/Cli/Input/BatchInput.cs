using System.Globalization;
using System.Text.Json;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Kernels;
using PlamoNative.Training.Data;

namespace PlamoNative.Cli.Input;

/// <summary>A packed batch from a JSON file: <c>{"tokens": [...], "sequence_offsets": [0, ..., T], "targets": [...]}</c>, a target of -1 being none.</summary>
internal static class BatchInput
{
    private const int LargestFile = 1 << 28;

    /// <summary>Reads and checks the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="vocabSize">Tokens and targets are below it.</param>
    /// <exception cref="ModelFormatException">No JSON, a missing field, lists that do not fit each other, or an id out of range; names the field and the index.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static TrainingBatch Read(string path, int vocabSize)
    {
        using var document = Parse(path);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new ModelFormatException(path, "content", "a JSON object", Name(root.ValueKind));
        }

        var tokens = Integers(path, root, "tokens", 0, vocabSize - 1);
        var targets = Integers(path, root, "targets", LinearCrossEntropy.NoTarget, vocabSize - 1);
        var offsets = Integers(path, root, "sequence_offsets", 0, int.MaxValue);
        Require(path, "tokens", tokens.Length > 0, "at least one token", "none");
        Require(path, "targets", targets.Length == tokens.Length, $"{tokens.Length} targets, one for each token", Text(targets.Length));
        Require(path, "targets", targets.Any(static target => target != LinearCrossEntropy.NoTarget), "at least one token with a target", "none");
        Require(path, "sequence_offsets[0]", offsets is [0, ..], "0", offsets.Length == 0 ? "an empty list" : Text(offsets[0]));
        for (var s = 1; s < offsets.Length; s++)
        {
            Require(path, $"sequence_offsets[{s}]", offsets[s] > offsets[s - 1], $"more than the border before it, {offsets[s - 1]}", Text(offsets[s]));
        }

        Require(path, $"sequence_offsets[{offsets.Length - 1}]", offsets[^1] == tokens.Length, $"the number of tokens, {tokens.Length}, as the last border", Text(offsets[^1]));
        var batch = new TrainingBatch();
        for (var s = 0; s + 1 < offsets.Length; s++)
        {
            batch.Add(tokens.AsSpan(offsets[s]..offsets[s + 1]), targets.AsSpan(offsets[s]..offsets[s + 1]));
        }

        return batch;
    }

    private static JsonDocument Parse(string path)
    {
        var bytes = InputFile.ReadAllBytes(path, LargestFile);
        try
        {
            return JsonDocument.Parse(bytes);
        }
        catch (JsonException exception)
        {
            throw new ModelFormatException(path, "content", "a JSON object", $"what is no JSON in line {exception.LineNumber + 1}", innerException: exception);
        }
    }

    private static int[] Integers(string path, JsonElement root, string name, int minimum, int maximum)
    {
        if (!root.TryGetProperty(name, out var list))
        {
            throw new ModelFormatException(path, name, "a list of whole numbers", "no such field");
        }

        Require(path, name, list.ValueKind == JsonValueKind.Array, "a list of whole numbers", Name(list.ValueKind));
        var values = new int[list.GetArrayLength()];
        var i = 0;
        foreach (var item in list.EnumerateArray())
        {
            var isInRange = item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out values[i]) && values[i] >= minimum && values[i] <= maximum;
            Require(path, $"{name}[{i}]", isInRange, $"a whole number from {minimum} to {maximum}", item.ValueKind == JsonValueKind.Number ? item.GetRawText() : Name(item.ValueKind));
            i++;
        }

        return values;
    }

    private static void Require(string path, string field, bool holds, string expected, string found)
    {
        if (!holds)
        {
            throw new ModelFormatException(path, field, expected, found);
        }
    }

    private static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
