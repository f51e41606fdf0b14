using System.Globalization;
using PlamoNative.Engine;

namespace PlamoNative.Runtime.Models;

/// <summary>The bounds of every configuration value: what a file says is believed only inside of them, so that later sizes fit their integers.</summary>
internal static class ConfigurationCheck
{
    internal static void Check(Plamo2Configuration c)
    {
        InRange(c, "vocab_size", c.VocabSize, 1, Plamo2Configuration.LargestWidth);
        InRange(c, "hidden_size", c.HiddenSize, 1, Plamo2Configuration.LargestWidth);
        InRange(c, "num_hidden_layers", c.LayerCount, 1, Plamo2Configuration.LargestLayerCount);
        InRange(c, "intermediate_size", c.IntermediateSize, 1, Plamo2Configuration.LargestWidth);
        InRange(c, "num_attention_heads", c.QueryHeads, 1, Plamo2Configuration.LargestHeadCount);
        InRange(c, "num_key_value_heads", c.KeyValueHeads, 1, Plamo2Configuration.LargestHeadCount);
        InRange(c, "hidden_size_per_head", c.HeadSize, 2, Plamo2Configuration.LargestHeadCount);
        InRange(c, "attention_window_size", c.WindowSize, 1, int.MaxValue / 2);
        InRange(c, "mamba_d_state", c.StateSize, 1, Plamo2Configuration.LargestHeadCount);
        InRange(c, "mamba_d_conv", c.ConvKernelSize, 2, 64);
        InRange(c, "mamba_num_heads", c.SsmHeads, 1, Plamo2Configuration.LargestHeadCount);
        InRange(c, "mamba_chunk_size", c.ScanChunkSize, 1, 1 << 20);
        Positive(c, "rms_norm_eps", c.RmsNormEpsilon);
        Positive(c, "rope_theta", c.RopeTheta);
        Positive(c, "rope_local_theta", c.RopeLocalTheta ?? c.RopeTheta);

        Demand(c, c.HeadSize % 2 == 0, "hidden_size_per_head", "an even number, since channels are rotated in pairs", c.HeadSize);
        Demand(c, c.QueryHeads % c.KeyValueHeads == 0, "num_key_value_heads", $"a divisor of num_attention_heads = {c.QueryHeads}", c.KeyValueHeads);
        Demand(c, ((long)c.QueryHeads + (2L * c.KeyValueHeads)) * c.HeadSize <= Plamo2Configuration.LargestWidth, "num_attention_heads", "fewer features of attention", c.QueryHeads);
        Demand(c, (long)c.SsmHeads * c.HeadSize <= Plamo2Configuration.LargestWidth, "mamba_num_heads", "fewer channels of Mamba", c.SsmHeads);
        Layers(c);
        Tokens(c);
    }

    private static void Layers(Plamo2Configuration c)
    {
        if (c.IsAttentionLayer is { } kinds)
        {
            Demand(c, kinds.Count == c.LayerCount, "layers_block_type", $"num_hidden_layers = {c.LayerCount} entries", kinds.Count);
        }
        else if (c.MambaEnabled)
        {
            InRange(c, "mamba_step", c.MambaStep, 2, int.MaxValue);
        }

        foreach (var layer in c.FullAttentionLayers)
        {
            InRange(c, "full_attention_idx", layer, 0, c.LayerCount - 1);
        }
    }

    private static void Tokens(Plamo2Configuration c)
    {
        InRange(c, "bos_token_id", c.BosTokenId ?? 0, 0, c.VocabSize - 1);
        InRange(c, "pad_token_id", c.PadTokenId ?? 0, 0, c.VocabSize - 1);
        foreach (var token in c.EosTokenIds)
        {
            InRange(c, "eos_token_id", token, 0, c.VocabSize - 1);
        }
    }

    private static void InRange(Plamo2Configuration c, string key, long value, long least, long most) =>
        Demand(c, value >= least && value <= most, key, string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"), value);

    private static void Positive(Plamo2Configuration c, string key, double value)
    {
        if (!(value > 0) || !double.IsFinite(value))
        {
            throw new ModelFormatException(c.Source, key, "a positive finite number", value.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void Demand(Plamo2Configuration c, bool holds, string key, string expected, long found)
    {
        if (!holds)
        {
            throw new ModelFormatException(c.Source, key, expected, found.ToString(CultureInfo.InvariantCulture));
        }
    }
}
