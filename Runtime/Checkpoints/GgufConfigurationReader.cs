using System.Globalization;
using PlamoNative.Engine;
using PlamoNative.Engine.Formats;
using PlamoNative.Runtime.Models;

namespace PlamoNative.Runtime.Checkpoints;

/// <summary>Reads the shape of a model from a GGUF's metadata.</summary>
internal sealed class GgufConfigurationReader(GgufFile file)
{
    private readonly List<string> _notices = [];

    internal IReadOnlyList<string> Notices => _notices;

    internal Plamo2Configuration Read(ModelLoadOptions options)
    {
        CheckArchitecture();
        var layerCount = Int32(GgufKeys.BlockCount);
        if (layerCount is < 1 or > Plamo2Configuration.LargestLayerCount)
        {
            throw Wrong(GgufKeys.BlockCount, FormattableString.Invariant($"1 to {Plamo2Configuration.LargestLayerCount}"), layerCount);
        }

        var keyValueHeads = PerLayer(GgufKeys.HeadCountKv, layerCount);
        var queryHeads = PerLayer(GgufKeys.HeadCount, layerCount);
        var isAttention = keyValueHeads.Select(static heads => heads != 0).ToArray();
        var defaults = new Plamo2Configuration();
        var configuration = new Plamo2Configuration
        {
            Source = file.Path,
            VocabSize = VocabSize(),
            HiddenSize = Int32(GgufKeys.EmbeddingLength),
            LayerCount = layerCount,
            IntermediateSize = Int32(GgufKeys.FeedForwardLength),
            RmsNormEpsilon = Number(GgufKeys.NormEpsilon) ?? defaults.RmsNormEpsilon,
            TieWordEmbeddings = !file.TryGet("output.weight", out _),
            KeyValueHeads = CommonHeads(GgufKeys.HeadCountKv, keyValueHeads, isAttention) ?? 1,
            QueryHeads = CommonHeads(GgufKeys.HeadCount, queryHeads, isAttention) ?? 1,
            RopeTheta = Number(GgufKeys.RopeBase) ?? defaults.RopeTheta,
            RopeLocalTheta = Number(GgufKeys.RopeLocalBase),
            MaxPositionEmbeddings = Math.Max(Plamo2Configuration.LeastMaxPositionEmbeddings, Int64(GgufKeys.ContextLength) ?? 0),
            ScanChunkSize = Optional(GgufKeys.ScanChunkSize) ?? defaults.ScanChunkSize,
            BosTokenId = Optional(GgufKeys.BosId),
            EosTokenIds = Optional(GgufKeys.EosId) is { } eos ? [eos] : [],
            PadTokenId = Optional(GgufKeys.PadId),
            WindowCountsQuery = options.WindowCountsQuery,
        };
        configuration = WithLayerKinds(WithSsmSizes(configuration, isAttention), isAttention);
        return WithWindow(configuration, isAttention, options).Validate();
    }

    private void CheckArchitecture()
    {
        var architecture = file.GetValue(GgufKeys.Architecture).ToText();
        if (architecture != GgufKeys.Plamo2)
        {
            throw new ModelFormatException(file.Path, GgufKeys.Architecture, $"a supported architecture ({GgufKeys.Plamo2})", architecture);
        }
    }

    private int VocabSize()
    {
        if (file.TryGetValue(GgufKeys.VocabSize, out var size))
        {
            return size.ToInt32();
        }

        // Without the key, the embedding's rows say it.
        var embedding = file.Get("token_embd.weight");
        return embedding.Shape is [>= 1 and <= int.MaxValue, _]
            ? (int)embedding.Shape[0]
            : throw new ModelFormatException(file.Path, "tensor 'token_embd.weight' shape", "two dimensions", new Shape(embedding.Shape).ToString());
    }

    private Plamo2Configuration WithSsmSizes(Plamo2Configuration c, bool[] isAttention)
    {
        if (Array.TrueForAll(isAttention, static attention => attention))
        {
            return c with { HeadSize = Int32(GgufKeys.KeyLength), MambaEnabled = false };
        }

        var heads = Int32(GgufKeys.SsmTimeStepRank);
        var inner = Int32(GgufKeys.SsmInnerSize);
        var headSize = heads > 0 ? Optional(GgufKeys.KeyLength) ?? (inner / heads) : 0;
        if (heads <= 0 || (long)heads * headSize != inner)
        {
            throw Wrong(GgufKeys.SsmInnerSize, FormattableString.Invariant($"{heads} heads of {headSize} channels"), inner);
        }

        return c with
        {
            HeadSize = headSize,
            SsmHeads = heads,
            StateSize = Int32(GgufKeys.SsmStateSize),
            ConvKernelSize = Int32(GgufKeys.SsmConvKernel),
        };
    }

    /// <summary>Prefers <c>mamba_step</c>, which every engine knows, to a list of kinds.</summary>
    private static Plamo2Configuration WithLayerKinds(Plamo2Configuration c, bool[] isAttention)
    {
        if (!c.MambaEnabled)
        {
            return c;
        }

        var first = Array.IndexOf(isAttention, true);
        foreach (var step in (ReadOnlySpan<int>)[2 * first, (2 * first) + 1, 2 * c.LayerCount])
        {
            var stepped = c with { MambaStep = step };
            if (step >= 2 && stepped.LayerKinds().Select(static kind => kind != LayerKind.Mamba).SequenceEqual(isAttention))
            {
                return stepped;
            }
        }

        return c with { IsAttentionLayer = isAttention };
    }

    private Plamo2Configuration WithWindow(Plamo2Configuration c, bool[] isAttention, ModelLoadOptions options)
    {
        if (Optional(GgufKeys.SlidingWindow) is { } window)
        {
            var full = file.TryGetValue(GgufKeys.FullAttentionLayers, out var layers) ? layers.ToInt64s() : [];
            return c with
            {
                WindowSize = options.WindowSize ?? window,
                FullAttentionLayers = [.. full.Select(layer => layer >= 0 && layer < c.LayerCount ? (int)layer : throw Wrong(GgufKeys.FullAttentionLayers, "layers of the model", layer))],
            };
        }

        if (options.WindowSize is { } given)
        {
            return c with { WindowSize = given };
        }

        if (isAttention.Contains(true))
        {
            _notices.Add($"{file.Path} says nothing about windows: all attention layers are full; set the window to have it otherwise");
        }

        return c with { FullAttentionLayers = [.. Enumerable.Range(0, isAttention.Length).Where(i => isAttention[i])] };
    }

    private int[] PerLayer(string key, int layerCount)
    {
        var value = file.GetValue(key);
        if (value.Type != GgufValueType.Array)
        {
            return [.. Enumerable.Repeat(value.ToInt32(), layerCount)];
        }

        if (value.Count != layerCount)
        {
            throw Wrong(key, FormattableString.Invariant($"{layerCount} numbers, one a layer"), value.Count);
        }

        return [.. value.ToInt64s().Select(heads => heads is >= 0 and <= Plamo2Configuration.LargestHeadCount ? (int)heads : throw Wrong(key, "a number of heads", heads))];
    }

    private int? CommonHeads(string key, int[] heads, bool[] isAttention)
    {
        int? common = null;
        for (var i = 0; i < heads.Length; i++)
        {
            if (isAttention[i] && heads[i] != (common ??= heads[i]))
            {
                throw Wrong(key, FormattableString.Invariant($"{common} heads in every attention layer"), heads[i]);
            }
        }

        return common;
    }

    private int Int32(string key) => file.GetValue(key).ToInt32();

    private int? Optional(string key) => file.TryGetValue(key, out var value) ? value.ToInt32() : null;

    private long? Int64(string key) => file.TryGetValue(key, out var value) ? value.ToInt64() : null;

    /// <summary>A number that was rounded to float32 when it was written: its shortest decimal form is what was meant (1e-6, not 9.99999997e-7).</summary>
    private double? Number(string key)
    {
        if (!file.TryGetValue(key, out var value))
        {
            return null;
        }

        return value.Type == GgufValueType.Float32
            ? double.Parse(value.ToSingle().ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
            : value.ToDouble();
    }

    private ModelFormatException Wrong(string key, string expected, long found) => new(file.Path, key, expected, found.ToString(CultureInfo.InvariantCulture));
}
