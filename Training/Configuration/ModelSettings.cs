namespace PlamoNative.Training.Configuration;

/// <summary><c>model</c>: a shape with random weights (<see cref="Preset"/> or <see cref="ConfigurationFile"/>), or weights to go on from (<see cref="Folder"/>).</summary>
public sealed record ModelSettings
{
    /// <summary><c>preset</c>: a named shape.</summary>
    public string? Preset { get; init; }

    /// <summary><c>config</c>: a config.json with the shape.</summary>
    public string? ConfigurationFile { get; init; }

    /// <summary><c>folder</c>: a model folder; its weights are where training starts, its tokenizer is used unless another one is named.</summary>
    public string? Folder { get; init; }

    /// <summary><c>overrides</c>: keys of config.json with values as JSON text, which go before those of the shape; none with <see cref="Folder"/>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Overrides { get; init; } = [];

    internal static ModelSettings Read(ConfigurationSection section)
    {
        var result = section.Done(new ModelSettings
        {
            Preset = section.OptionalText("preset"),
            ConfigurationFile = section.OptionalText("config"),
            Folder = section.OptionalText("folder"),
            Overrides = ModelOverrides.Read(section.Section("overrides")),
        });
        var count = (result.Preset is null ? 0 : 1) + (result.ConfigurationFile is null ? 0 : 1) + (result.Folder is null ? 0 : 1);
        if (count != 1)
        {
            throw section.WrongAsAWhole("exactly one of preset, config and folder", count == 0 ? "none" : "several");
        }

        return result.Folder is null || result.Overrides.Count == 0
            ? ModelShape.Check(section, result)
            : throw section.Wrong("overrides", "no overrides of a model that has weights (folder)", "some");
    }

    internal void Write(ConfigurationBuilder to)
    {
        to.Text("preset", Preset).Text("config", ConfigurationFile).Text("folder", Folder);
        if (Overrides.Count > 0)
        {
            to.Section("overrides", section => ModelOverrides.Write(Overrides, section));
        }
    }
}
