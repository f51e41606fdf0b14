namespace PlamoNative.Runtime.Checkpoints;

/// <summary>Keys of a PLaMo 2 GGUF: those that llama.cpp writes and reads, and ours for what it has no key for.</summary>
internal static class GgufKeys
{
    internal const string Architecture = "general.architecture";
    internal const string Plamo2 = "plamo2";
    internal const string Name = "general.name";
    internal const string FileType = "general.file_type";
    internal const string QuantizationVersion = "general.quantization_version";

    internal const string VocabSize = "plamo2.vocab_size";
    internal const string ContextLength = "plamo2.context_length";
    internal const string EmbeddingLength = "plamo2.embedding_length";
    internal const string BlockCount = "plamo2.block_count";
    internal const string FeedForwardLength = "plamo2.feed_forward_length";
    internal const string HeadCount = "plamo2.attention.head_count";
    internal const string HeadCountKv = "plamo2.attention.head_count_kv";
    internal const string KeyLength = "plamo2.attention.key_length";
    internal const string ValueLength = "plamo2.attention.value_length";
    internal const string NormEpsilon = "plamo2.attention.layer_norm_rms_epsilon";
    internal const string RopeBase = "plamo2.rope.freq_base";
    internal const string RopeDimensions = "plamo2.rope.dimension_count";
    internal const string SsmStateSize = "plamo2.ssm.state_size";
    internal const string SsmConvKernel = "plamo2.ssm.conv_kernel";
    internal const string SsmTimeStepRank = "plamo2.ssm.time_step_rank";
    internal const string SsmInnerSize = "plamo2.ssm.inner_size";
    internal const string SsmGroupCount = "plamo2.ssm.group_count";

    internal const string SlidingWindow = "plamo2.attention.sliding_window";
    internal const string RopeLocalBase = "plamo2.rope.freq_base_swa";
    internal const string FullAttentionLayers = "plamo2.attention.full_attention_layers";
    internal const string ScanChunkSize = "plamo2.ssm.chunk_size";

    internal const string TokenizerModel = "tokenizer.ggml.model";
    internal const string TokenizerPre = "tokenizer.ggml.pre";
    internal const string Tokens = "tokenizer.ggml.tokens";
    internal const string Scores = "tokenizer.ggml.scores";
    internal const string TokenTypes = "tokenizer.ggml.token_type";
    internal const string BosId = "tokenizer.ggml.bos_token_id";
    internal const string EosId = "tokenizer.ggml.eos_token_id";
    internal const string EotId = "tokenizer.ggml.eot_token_id";
    internal const string PadId = "tokenizer.ggml.padding_token_id";
    internal const string UnknownId = "tokenizer.ggml.unknown_token_id";
    internal const string AddSpacePrefix = "tokenizer.ggml.add_space_prefix";
    internal const string AddBos = "tokenizer.ggml.add_bos_token";
    internal const string AddEos = "tokenizer.ggml.add_eos_token";
}
