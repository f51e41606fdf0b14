using System.Text.Json;
using System.Text.Json.Nodes;
using PlamoNative.Engine;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Training.Configuration;

/// <summary>The shape that <see cref="ModelSettings"/> asks for: a preset's or a file's, with overrides in place.</summary>
internal static class ModelShape
{
    private const string Source = "model.overrides";

    /// <summary>Keys of config.json that mean something: those that are written, and those that are written only where they are needed.</summary>
    internal static IReadOnlyList<string> KnownKeys { get; } =
        [.. ToJson(new Plamo2Configuration()).Select(static pair => pair.Key), "rope_local_theta", "layers_block_type"];

    /// <summary>The shape.</summary>
    /// <param name="settings">A preset or a config.json, perhaps with overrides.</param>
    /// <param name="vocabSize">Tokens of the tokenizer: the vocabulary unless an override of <c>vocab_size</c> says another size.</param>
    /// <exception cref="ModelFormatException">The file or the overrides make no model.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static Plamo2Configuration Resolve(ModelSettings settings, int vocabSize)
    {
        var shape = settings.Preset is { } preset ? Plamo2Presets.Get(preset).Configuration : Plamo2Configuration.Read(settings.ConfigurationFile!);
        return Override(shape with { VocabSize = vocabSize }, settings.Overrides);
    }

    /// <summary>Checks names and overrides before anything is read; a file's contents come later.</summary>
    /// <exception cref="ConfigurationException">The preset is unknown, or overrides make no model of it.</exception>
    internal static ModelSettings Check(ConfigurationSection section, ModelSettings settings)
    {
        if (settings.Preset is not { } name)
        {
            return settings;
        }

        var names = Plamo2Presets.All.Select(static preset => preset.Name).ToArray();
        if (!names.Contains(name))
        {
            throw section.Wrong("preset", $"one of {string.Join(", ", names)}", $"'{name}'{NearestName.Hint(name, names)}");
        }

        try
        {
            Override(Plamo2Presets.Get(name).Configuration, settings.Overrides);
            return settings;
        }
        catch (ModelFormatException exception)
        {
            throw section.Wrong("overrides", $"{exception.Expected} ({exception.Field})", exception.Found);
        }
    }

    private static Plamo2Configuration Override(Plamo2Configuration shape, IReadOnlyList<KeyValuePair<string, string>> overrides)
    {
        if (overrides.Count == 0)
        {
            return shape.Validate();
        }

        var json = ToJson(shape);
        foreach (var (key, value) in overrides)
        {
            json[key] = JsonNode.Parse(value);
            if (key == "attention_window_size")
            {
                json["sliding_window"] = JsonNode.Parse(value);
            }
        }

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            json.WriteTo(writer);
        }

        return Plamo2Configuration.Parse(buffer.ToArray(), Source);
    }

    private static JsonObject ToJson(Plamo2Configuration shape)
    {
        using var buffer = new MemoryStream();
        shape.Write(buffer);
        return JsonNode.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length))!.AsObject();
    }
}
