namespace PlamoNative.Runtime.Models;

/// <summary>
/// The shape of a PLaMo 2 model: the keys of its <c>config.json</c> with the published class's defaults, and what follows from them. Keys that mean nothing
/// here are kept and written back unchanged.
/// </summary>
public sealed record Plamo2Configuration
{
    /// <summary>The file's name inside a model folder.</summary>
    public const string FileName = "config.json";

    /// <summary>The value of <c>model_type</c>.</summary>
    public const string ModelType = "plamo2";

    /// <summary>The least value of <see cref="MaxPositionEmbeddings"/>: the published class stores the larger of this and what it is given.</summary>
    public const long LeastMaxPositionEmbeddings = 10 * (1L << 20);

    /// <summary>The QK norm's epsilon: a constant of the model, not <see cref="RmsNormEpsilon"/>.</summary>
    public const double QueryKeyNormEpsilon = 1e-6;

    /// <summary>The largest width (hidden size, features of a layer) that is accepted.</summary>
    internal const int LargestWidth = 1 << 26;

    /// <summary>The largest number of layers that is accepted.</summary>
    internal const int LargestLayerCount = 1 << 12;

    /// <summary>The most heads or channels of a head that are accepted.</summary>
    internal const int LargestHeadCount = 1 << 16;

    /// <summary>The file that these values came from, for messages.</summary>
    public string Source { get; init; } = FileName;

    /// <summary><c>architectures</c>: the class name that is written; two are read, <c>PlamoForCausalLM</c> and <c>Plamo2ForCausalLM</c>.</summary>
    public string Architecture { get; init; } = "Plamo2ForCausalLM";

    /// <summary><c>vocab_size</c>, V: tokens with an embedding and a logit.</summary>
    public int VocabSize { get; init; } = 32000;

    /// <summary><c>hidden_size</c>, h.</summary>
    public int HiddenSize { get; init; } = 4096;

    /// <summary><c>num_hidden_layers</c>, L.</summary>
    public int LayerCount { get; init; } = 32;

    /// <summary><c>intermediate_size</c>, F: width of the MLP's gate.</summary>
    public int IntermediateSize { get; init; } = 13312;

    /// <summary><c>rms_norm_eps</c>.</summary>
    public double RmsNormEpsilon { get; init; } = 1e-6;

    /// <summary><c>tie_word_embeddings</c>: the embedding is the head too; an <c>lm_head.weight</c> beside it is ignored.</summary>
    public bool TieWordEmbeddings { get; init; } = true;

    /// <summary><c>num_attention_heads</c>, Hq.</summary>
    public int QueryHeads { get; init; } = 32;

    /// <summary><c>num_key_value_heads</c>, Hkv.</summary>
    public int KeyValueHeads { get; init; } = 4;

    /// <summary><c>hidden_size_per_head</c>, P: channels of a head, in attention and in Mamba.</summary>
    public int HeadSize { get; init; } = 128;

    /// <summary><c>max_position_embeddings</c>, at least <see cref="LeastMaxPositionEmbeddings"/>.</summary>
    public long MaxPositionEmbeddings { get; init; } = LeastMaxPositionEmbeddings;

    /// <summary><c>attention_window_size</c> (mirrored as <c>sliding_window</c>), W: how many tokens before the query a window layer sees, see <see cref="WindowCountsQuery"/>.</summary>
    public int WindowSize { get; init; } = 2048;

    /// <summary>
    /// False, as the published code has it: a window layer sees W + 1 tokens, the query's own among them. True: W tokens. Not a key of the file.
    /// </summary>
    public bool WindowCountsQuery { get; init; }

    /// <summary><c>full_attention_idx</c>: attention layers without a window, rotated with <see cref="RopeTheta"/>.</summary>
    public IReadOnlyList<int> FullAttentionLayers { get; init; } = [];

    /// <summary><c>rope_theta</c>: base of the rotation in the layers of <see cref="FullAttentionLayers"/>.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary><c>rope_local_theta</c>: base of the rotation in all other attention layers; null means <see cref="RopeTheta"/> everywhere.</summary>
    public double? RopeLocalTheta { get; init; }

    /// <summary><c>mamba_enabled</c>: false makes every layer attention.</summary>
    public bool MambaEnabled { get; init; } = true;

    /// <summary><c>mamba_step</c>, s: one attention layer in s, at <c>i mod s = s / 2</c>.</summary>
    public int MambaStep { get; init; } = 2;

    /// <summary><c>mamba_d_state</c>, N.</summary>
    public int StateSize { get; init; } = 64;

    /// <summary><c>mamba_d_conv</c>, K: taps of the convolution.</summary>
    public int ConvKernelSize { get; init; } = 4;

    /// <summary><c>mamba_num_heads</c>, H.</summary>
    public int SsmHeads { get; init; } = 64;

    /// <summary><c>mamba_chunk_size</c>: tokens in a chunk of the scan; results depend on it only by rounding.</summary>
    public int ScanChunkSize { get; init; } = 256;

    /// <summary><c>layers_block_type</c>: true for each layer that is attention; it wins over <see cref="MambaStep"/>. Null when the key is absent.</summary>
    public IReadOnlyList<bool>? IsAttentionLayer { get; init; }

    /// <summary><c>bos_token_id</c>; it also ends the text of base models, whose documents it separates.</summary>
    public int? BosTokenId { get; init; } = 1;

    /// <summary><c>eos_token_id</c>: one id, or several that all end a text.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [2];

    /// <summary><c>pad_token_id</c>.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>The remaining keys with their values as JSON text, in the order of the file.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> OtherKeys { get; init; } = [];

    /// <summary>I = H · P: channels of a Mamba layer. Not always twice the hidden size.</summary>
    public int InnerSize => SsmHeads * HeadSize;

    /// <summary>R = max(64, h / 16): rank of the time step's projection.</summary>
    public int TimeStepRank => Math.Max(64, HiddenSize / 16);

    /// <summary>Features of the attention's joint projection: (Hq + 2 Hkv) · P.</summary>
    public int QkvFeatures => (QueryHeads + (2 * KeyValueHeads)) * HeadSize;

    /// <summary>How many tokens before the query a window layer sees: W, or W - 1 if the window counts the query.</summary>
    public int VisibleWindow => WindowCountsQuery ? WindowSize - 1 : WindowSize;

    /// <summary>The kind of every layer, first to last.</summary>
    public LayerKind[] LayerKinds()
    {
        var kinds = new LayerKind[LayerCount];
        for (var i = 0; i < kinds.Length; i++)
        {
            kinds[i] = !IsAttention(i) ? LayerKind.Mamba : FullAttentionLayers.Contains(i) ? LayerKind.FullAttention : LayerKind.WindowAttention;
        }

        return kinds;
    }

    /// <summary>The base of the rotation in an attention layer.</summary>
    public double RopeThetaOf(LayerKind kind) => kind == LayerKind.FullAttention ? RopeTheta : RopeLocalTheta ?? RopeTheta;

    /// <summary>Reads <c>config.json</c>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="Engine.ModelFormatException">Not JSON, another architecture, or a value that no model can have.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Plamo2Configuration Read(string path) => ConfigurationReader.Read(path);

    /// <summary>Reads configuration text.</summary>
    /// <param name="utf8Json">UTF-8 JSON.</param>
    /// <param name="source">The file's name for errors.</param>
    /// <exception cref="Engine.ModelFormatException">Not JSON, another architecture, or a value that no model can have.</exception>
    public static Plamo2Configuration Parse(ReadOnlyMemory<byte> utf8Json, string source) => ConfigurationReader.Parse(utf8Json, source);

    /// <summary>Writes <c>config.json</c>.</summary>
    /// <param name="stream">Where to write; it is not closed.</param>
    public void Write(Stream stream) => ConfigurationWriter.Write(this, stream);

    /// <summary>Checks that the sizes make a model; readers and presets do it, whoever changes values by <c>with</c> does it again.</summary>
    /// <returns>This configuration.</returns>
    /// <exception cref="Engine.ModelFormatException">A value that no model can have.</exception>
    public Plamo2Configuration Validate()
    {
        ConfigurationCheck.Check(this);
        return this;
    }

    private bool IsAttention(int layer)
    {
        if (IsAttentionLayer is { } kinds)
        {
            return kinds[layer];
        }

        if (!MambaEnabled)
        {
            return true;
        }

        return LayerCount <= MambaStep / 2 ? layer == LayerCount - 1 : layer % MambaStep == MambaStep / 2;
    }
}
