using System.Text.Encodings.Web;
using System.Text.Json;

namespace PlamoNative.Runtime.Models;

/// <summary>Writes <c>config.json</c>: every known key with its value, then the others as they were read.</summary>
internal static class ConfigurationWriter
{
    internal static void Write(Plamo2Configuration c, Stream stream)
    {
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(stream, options))
        {
            json.WriteStartObject();
            json.WriteStartArray("architectures");
            json.WriteStringValue(c.Architecture);
            json.WriteEndArray();
            json.WriteString("model_type", Plamo2Configuration.ModelType);
            WriteSizes(json, c);
            WriteAttention(json, c);
            WriteMamba(json, c);
            WriteTokens(json, c);
            foreach (var (key, value) in c.OtherKeys)
            {
                json.WritePropertyName(key);
                json.WriteRawValue(value);
            }

            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }

    private static void WriteSizes(Utf8JsonWriter json, Plamo2Configuration c)
    {
        json.WriteNumber("vocab_size", c.VocabSize);
        json.WriteNumber("hidden_size", c.HiddenSize);
        json.WriteNumber("num_hidden_layers", c.LayerCount);
        json.WriteNumber("intermediate_size", c.IntermediateSize);
        json.WriteNumber("rms_norm_eps", c.RmsNormEpsilon);
        json.WriteBoolean("tie_word_embeddings", c.TieWordEmbeddings);
        json.WriteNumber("max_position_embeddings", c.MaxPositionEmbeddings);
    }

    private static void WriteAttention(Utf8JsonWriter json, Plamo2Configuration c)
    {
        json.WriteNumber("num_attention_heads", c.QueryHeads);
        json.WriteNumber("num_key_value_heads", c.KeyValueHeads);
        json.WriteNumber("hidden_size_per_head", c.HeadSize);
        json.WriteNumber("attention_window_size", c.WindowSize);
        json.WriteNumber("sliding_window", c.WindowSize);
        if (c.FullAttentionLayers.Count == 0)
        {
            json.WriteNull("full_attention_idx");
        }
        else
        {
            WriteList(json, "full_attention_idx", c.FullAttentionLayers);
        }

        json.WriteNumber("rope_theta", c.RopeTheta);
        if (c.RopeLocalTheta is { } local)
        {
            json.WriteNumber("rope_local_theta", local);
        }
    }

    private static void WriteMamba(Utf8JsonWriter json, Plamo2Configuration c)
    {
        json.WriteBoolean("mamba_enabled", c.MambaEnabled);
        json.WriteNumber("mamba_step", c.MambaStep);
        json.WriteNumber("mamba_d_state", c.StateSize);
        json.WriteNumber("mamba_d_conv", c.ConvKernelSize);
        json.WriteNumber("mamba_num_heads", c.SsmHeads);
        json.WriteNumber("mamba_chunk_size", c.ScanChunkSize);
        if (c.IsAttentionLayer is { } kinds)
        {
            json.WriteStartArray("layers_block_type");
            foreach (var isAttention in kinds)
            {
                json.WriteStringValue(isAttention ? "attention" : "mamba");
            }

            json.WriteEndArray();
        }
    }

    private static void WriteTokens(Utf8JsonWriter json, Plamo2Configuration c)
    {
        WriteId(json, "bos_token_id", c.BosTokenId);
        if (c.EosTokenIds.Count > 1)
        {
            WriteList(json, "eos_token_id", c.EosTokenIds);
        }
        else
        {
            WriteId(json, "eos_token_id", c.EosTokenIds.Count == 0 ? null : c.EosTokenIds[0]);
        }

        WriteId(json, "pad_token_id", c.PadTokenId);
    }

    private static void WriteId(Utf8JsonWriter json, string key, int? id)
    {
        if (id is { } value)
        {
            json.WriteNumber(key, value);
        }
        else
        {
            json.WriteNull(key);
        }
    }

    private static void WriteList(Utf8JsonWriter json, string key, IReadOnlyList<int> values)
    {
        json.WriteStartArray(key);
        foreach (var value in values)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }
}
