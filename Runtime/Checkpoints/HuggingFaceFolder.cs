using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Runtime.Checkpoints;

/// <summary>
/// A model folder as the Hugging Face hub holds it: <c>config.json</c>, safetensors (one file, or shards and their index), <c>tokenizer.jsonl</c>,
/// <c>tokenizer_config.json</c>.
/// </summary>
internal static class HuggingFaceFolder
{
    /// <summary>Opens a folder; see <see cref="ModelLoader.Open"/>.</summary>
    public static LoadedModel Open(string path, Device device, ModelLoadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var configuration = ReadConfiguration(path, options);
        using var weights = SafetensorsFolder.Open(path);
        var tokenizer = OpenTokenizer(path, configuration);
        using var loader = new ParameterLoader(device, options.IsFloat64);
        var model = new Plamo2Model(configuration, device, slot => loader.Load(slot, Find(weights, slot), slot.NormOffset));
        return new LoadedModel(path, model, tokenizer, []);
    }

    private static Plamo2Configuration ReadConfiguration(string path, ModelLoadOptions options)
    {
        var configuration = Plamo2Configuration.Read(Path.Combine(path, Plamo2Configuration.FileName));
        return (configuration with
        {
            WindowSize = options.WindowSize ?? configuration.WindowSize,
            WindowCountsQuery = options.WindowCountsQuery,
        }).Validate();
    }

    private static PlamoTokenizer? OpenTokenizer(string path, Plamo2Configuration configuration)
    {
        if (!Exists(path, TokenizerFile.FileName))
        {
            return null;
        }

        Exists(path, TokenizerConfiguration.FileName);
        var tokenizer = PlamoTokenizer.Load(path);
        tokenizer.CheckAgainst(configuration.VocabSize, configuration.Source);
        return tokenizer;
    }

    /// <summary>Looks for a file and refuses a pipe or a device in its place, which reading would wait for.</summary>
    private static bool Exists(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            return false;
        }

        InputFile.Check(path);
        return true;
    }

    private static TensorEntry Find(SafetensorsFolder weights, WeightSlot slot) =>
        weights.TryGet(slot.Name, out var entry)
            ? entry
            : throw new ModelFormatException(
                weights.Files.Count == 1 ? weights.Files[0].Path : Path.Combine(weights.Path, SafetensorsFolder.IndexFile),
                $"tensor '{slot.Name}'",
                $"a tensor of shape {new Shape(slot.Shape)}",
                "none");
}
