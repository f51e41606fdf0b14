using System.Text.Json;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Tokenization;

namespace PlamoNative.Runtime.Checkpoints;

/// <summary>How a Hugging Face folder is written.</summary>
public sealed record HuggingFaceSaveOptions
{
    /// <summary>The type of matrices: float32, bfloat16, float16 or float64; null keeps what is at hand (float32 in place of block types).</summary>
    public DType? MatrixType { get; init; }

    /// <summary>Bytes of data above which a new shard begins.</summary>
    public long MaxShardBytes { get; init; } = 5_000_000_000;

    /// <summary>A folder whose tokenizer and generation files are copied as they are, if it has them.</summary>
    public string? PassThroughFolder { get; init; }

    /// <summary>Told the bytes of tensors that are written and the bytes of all.</summary>
    public IProgress<(long Done, long Total)>? Progress { get; init; }
}

/// <summary>Writes a model folder as the Hugging Face hub holds it; it appears whole or not at all.</summary>
public static class HuggingFaceWriter
{
    private const string GenerationConfig = "generation_config.json";
    private static readonly string[] PassedThrough =
        [TokenizerFile.FileName, TokenizerConfiguration.FileName, GenerationConfig, "special_tokens_map.json", "added_tokens.json", "chat_template.jinja"];

    /// <summary>Writes a folder.</summary>
    /// <param name="path">The folder; files of an old model in it are replaced.</param>
    /// <param name="source">The weights and the shape.</param>
    /// <param name="tokenizer">The tokenizer; null writes none unless <see cref="HuggingFaceSaveOptions.PassThroughFolder"/> has it.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ConfigurationException">The type is none that safetensors has.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static void Save(string path, WeightSource source, PlamoTokenizer? tokenizer = null, HuggingFaceSaveOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(source);
        options ??= new HuggingFaceSaveOptions();
        if (options.MatrixType is { } type && !type.IsFloatingPoint())
        {
            throw new ConfigurationException("save", "type", "f32, bf16, f16 or f64", type.Name());
        }

        using var folder = AtomicFolder.Create(path, static name => name.StartsWith("model", StringComparison.Ordinal) && name.Contains(".safetensors", StringComparison.Ordinal));
        WriteConfiguration(folder.StagingPath, source, options);
        WriteTokenizer(folder.StagingPath, tokenizer, source.Configuration, options);
        WriteWeights(folder.StagingPath, source, options);
        folder.Commit();
    }

    private static DType TypeOf(WeightSource source, WeightSlot slot, HuggingFaceSaveOptions options)
    {
        var held = source.TypeOf(slot);
        return slot.Role == WeightRole.Linear && options.MatrixType is { } wanted ? wanted
            : held.IsBlockQuantized() ? DType.Float32
            : held;
    }

    private static void WriteConfiguration(string folder, WeightSource source, HuggingFaceSaveOptions options)
    {
        var name = TypeOf(source, WeightTable.Embedding(source.Configuration), options) switch
        {
            DType.Float64 => "float64",
            DType.Float16 => "float16",
            DType.BFloat16 => "bfloat16",
            _ => "float32",
        };
        var others = source.Configuration.OtherKeys.Where(static pair => pair.Key is not ("torch_dtype" or "dtype"));
        var configuration = source.Configuration with { OtherKeys = [.. others, new("torch_dtype", $"\"{name}\"")] };
        AtomicFile.Write(Path.Combine(folder, Plamo2Configuration.FileName), configuration.Write);
    }

    private static void WriteTokenizer(string folder, PlamoTokenizer? tokenizer, Plamo2Configuration configuration, HuggingFaceSaveOptions options)
    {
        if (options.PassThroughFolder is { } from)
        {
            foreach (var name in PassedThrough.Concat(Directory.EnumerateFiles(from, "*.py").Select(file => Path.GetFileName(file))))
            {
                Copy(Path.Combine(from, name), Path.Combine(folder, name));
            }
        }

        WriteIfAbsent(Path.Combine(folder, TokenizerFile.FileName), tokenizer is null ? null : tokenizer.File.Write);
        WriteIfAbsent(Path.Combine(folder, TokenizerConfiguration.FileName), tokenizer is null ? null : tokenizer.Configuration.Write);
        WriteIfAbsent(Path.Combine(folder, GenerationConfig), stream => WriteGenerationConfig(stream, configuration));
    }

    private static void Copy(string from, string to)
    {
        if (File.Exists(from))
        {
            using var source = InputFile.Open(from);
            AtomicFile.Write(to, source.CopyTo);
        }
    }

    private static void WriteIfAbsent(string path, Action<Stream>? write)
    {
        if (write is not null && !File.Exists(path))
        {
            AtomicFile.Write(path, write);
        }
    }

    private static void WriteGenerationConfig(Stream stream, Plamo2Configuration configuration)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        if (configuration.BosTokenId is { } bos)
        {
            json.WriteNumber("bos_token_id"u8, bos);
        }

        if (configuration.EosTokenIds is [var eos, ..])
        {
            json.WriteNumber("eos_token_id"u8, eos);
        }

        if (configuration.PadTokenId is { } pad)
        {
            json.WriteNumber("pad_token_id"u8, pad);
        }

        json.WriteEndObject();
    }

    private static void WriteWeights(string folder, WeightSource source, HuggingFaceSaveOptions options)
    {
        var slots = WeightTable.All(source.Configuration).ToDictionary(static slot => slot.Name, StringComparer.Ordinal);
        var declarations = slots.Values.Select(slot => new TensorDeclaration(slot.Name, TypeOf(source, slot, options), [source.RowsOf(slot), .. slot.Shape[1..]]));
        using var writer = SafetensorsFolderWriter.Create(folder, declarations, maxShardBytes: options.MaxShardBytes);
        var total = writer.Tensors.Sum(static tensor => tensor.ByteLength);
        var done = 0L;
        foreach (var tensor in writer.Tensors)
        {
            TensorEncoder.Encode(source, slots[tensor.Name], tensor.DType, bytes =>
            {
                writer.Append(tensor.Name, bytes);
                done += bytes.Length;
                options.Progress?.Report((done, total));
            });
        }

        writer.Complete();
    }
}
