using System.Text.Json;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;

namespace PlamoNative.Runtime.Models;

/// <summary>Reads <c>config.json</c>: the keys of the published class with its defaults, <c>layers_block_type</c>, and everything else as it is.</summary>
internal static class ConfigurationReader
{
    private const int LargestFile = 1 << 24;
    private static readonly string[] Architectures = ["PlamoForCausalLM", "Plamo2ForCausalLM"];

    internal static Plamo2Configuration Read(string path) => Parse(InputFile.ReadAllBytes(path, LargestFile), path);

    internal static Plamo2Configuration Parse(ReadOnlyMemory<byte> utf8Json, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(WithoutByteOrderMark(utf8Json));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(document.RootElement, source).Validate()
                : throw new ModelFormatException(source, "content", "a JSON object", JsonFields.Describe(document.RootElement));
        }
        catch (JsonException exception)
        {
            throw new ModelFormatException(source, "content", "a JSON object", $"what is no JSON in line {exception.LineNumber + 1}", innerException: exception);
        }
        catch (InvalidOperationException exception)
        {
            // The parser's way to say that a string holds a lone surrogate or malformed UTF-8.
            throw new ModelFormatException(source, "content", "well-formed Unicode in strings", "malformed text", innerException: exception);
        }
    }

    private static ReadOnlyMemory<byte> WithoutByteOrderMark(ReadOnlyMemory<byte> json) =>
        json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json;

    private static Plamo2Configuration Read(JsonElement root, string source)
    {
        var fields = new JsonFields(root, source);
        var architecture = ReadArchitecture(fields);
        if (fields.Boolean("use_predefined_initial_state", false))
        {
            throw fields.Wrong("use_predefined_initial_state", "false: states begin at zero", "true");
        }

        var d = new Plamo2Configuration();
        var windowSize = fields.Int32("attention_window_size");
        var slidingWindow = fields.Int32("sliding_window");
        return new Plamo2Configuration
        {
            Source = source,
            Architecture = architecture,
            VocabSize = fields.Int32("vocab_size", d.VocabSize),
            HiddenSize = fields.Int32("hidden_size", d.HiddenSize),
            LayerCount = fields.Int32("num_hidden_layers", d.LayerCount),
            IntermediateSize = fields.Int32("intermediate_size", d.IntermediateSize),
            RmsNormEpsilon = fields.Number("rms_norm_eps") ?? d.RmsNormEpsilon,
            TieWordEmbeddings = fields.Boolean("tie_word_embeddings", d.TieWordEmbeddings),
            QueryHeads = fields.Int32("num_attention_heads", d.QueryHeads),
            KeyValueHeads = fields.Int32("num_key_value_heads", d.KeyValueHeads),
            HeadSize = fields.Int32("hidden_size_per_head", d.HeadSize),
            MaxPositionEmbeddings = ReadMaxPositions(fields),
            WindowSize = windowSize ?? slidingWindow ?? d.WindowSize,
            FullAttentionLayers = fields.List("full_attention_idx", fields.Index) ?? [],
            RopeTheta = fields.Number("rope_theta") ?? d.RopeTheta,
            RopeLocalTheta = fields.Number("rope_local_theta"),
            MambaEnabled = fields.Boolean("mamba_enabled", d.MambaEnabled),
            MambaStep = fields.Int32("mamba_step", d.MambaStep),
            StateSize = fields.Int32("mamba_d_state", d.StateSize),
            ConvKernelSize = fields.Int32("mamba_d_conv", d.ConvKernelSize),
            SsmHeads = fields.Int32("mamba_num_heads", d.SsmHeads),
            ScanChunkSize = fields.Int32("mamba_chunk_size", d.ScanChunkSize),
            IsAttentionLayer = fields.List("layers_block_type", (key, item) => ReadBlockType(fields, key, item)),
            BosTokenId = ReadTokenId(fields, root, "bos_token_id", d.BosTokenId),
            EosTokenIds = ReadEosTokens(fields, root, d.EosTokenIds),
            PadTokenId = ReadTokenId(fields, root, "pad_token_id", d.PadTokenId),
            OtherKeys = fields.Others(),
        };
    }

    private static string ReadArchitecture(JsonFields fields)
    {
        var named = fields.List("architectures", (key, item) =>
            item.ValueKind == JsonValueKind.String ? item.GetString()! : throw fields.Wrong(key, "a string", JsonFields.Describe(item)));
        var modelType = fields.Text("model_type");
        if (named is { Length: > 0 } && !named.Any(Architectures.Contains))
        {
            throw fields.Wrong("architectures", $"a supported architecture ({string.Join(", ", Architectures)})", string.Join(", ", named));
        }

        if (modelType != Plamo2Configuration.ModelType && (modelType is not null || named is not { Length: > 0 }))
        {
            throw fields.Wrong("model_type", $"a supported architecture ({Plamo2Configuration.ModelType})", modelType ?? "no such key");
        }

        return named?.FirstOrDefault(Architectures.Contains) ?? new Plamo2Configuration().Architecture;
    }

    private static long ReadMaxPositions(JsonFields fields)
    {
        var given = fields.Integer("max_position_embeddings") ?? 0;
        return given >= 0
            ? Math.Max(Plamo2Configuration.LeastMaxPositionEmbeddings, given)
            : throw fields.Wrong("max_position_embeddings", "a positive integer", given.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static bool ReadBlockType(JsonFields fields, string key, JsonElement item) =>
        (item.ValueKind == JsonValueKind.String ? item.GetString() : null) switch
        {
            "attention" => true,
            "mamba" => false,
            _ => throw fields.Wrong(key, "\"attention\" or \"mamba\"", JsonFields.Describe(item)),
        };

    /// <summary>An absent key means the class's default, a null means none.</summary>
    private static int? ReadTokenId(JsonFields fields, JsonElement root, string key, int? missing)
    {
        var id = fields.Int32(key);
        return root.TryGetProperty(key, out _) ? id : missing;
    }

    private static IReadOnlyList<int> ReadEosTokens(JsonFields fields, JsonElement root, IReadOnlyList<int> missing)
    {
        const string Key = "eos_token_id";
        return fields.Get(Key) switch
        {
            null => root.TryGetProperty(Key, out _) ? [] : missing,
            { ValueKind: JsonValueKind.Array } => fields.List(Key, fields.Index)!,
            { } value => [fields.Index(Key, value)],
        };
    }
}
