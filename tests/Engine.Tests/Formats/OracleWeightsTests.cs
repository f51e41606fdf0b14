using System.Runtime.InteropServices;
using PlamoNative.Engine.Formats;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Engine.Tests.Formats;

/// <summary>Two files that other programs wrote hold the same weights: read both and compare them through the map of names between the formats.</summary>
public class OracleWeightsTests
{
    [Theory]
    [InlineData("two-kv-heads-tied")]
    [InlineData("one-kv-head-untied")]
    public void The_safetensors_and_the_GGUF_of_a_model_hold_the_same_weights(string name)
    {
        var folder = SharedData.Require($"oracle/plamo2/{name}");
        using var weights = SafetensorsFolder.Open(folder);
        using var gguf = GgufFile.Open(Path.Combine(folder, "model.gguf"));
        var compared = 0;
        foreach (var entry in weights.Entries)
        {
            var (target, change) = Map(entry.Name);
            var expected = Read(entry).Select(change).ToArray();
            var found = Read(gguf.Get(target));
            Assert.Equal(expected.Length, found.Length);
            for (var i = 0; i < expected.Length; i++)
            {
                Assert.True(Math.Abs(expected[i] - found[i]) <= 1e-6f * Math.Max(1, Math.Abs(expected[i])), $"{entry.Name}[{i}]: {expected[i]} and {found[i]}");
            }

            compared++;
        }

        Assert.Equal(gguf.Entries.Count, compared);
    }

    [Theory]
    [InlineData("two-kv-heads-tied")]
    [InlineData("one-kv-head-untied")]
    [InlineData("attention-first")]
    public void Metadata_of_another_writer_is_read_and_the_file_can_be_written_again(string name)
    {
        using var gguf = GgufFile.Open(Path.Combine(SharedData.Require($"oracle/plamo2/{name}"), "model.gguf"));
        Assert.Equal("plamo2", gguf.GetValue("general.architecture").ToText());
        var tokens = gguf.GetValue("tokenizer.ggml.tokens");
        Assert.Equal(tokens.Count, tokens.ToTexts().Length);
        Assert.Equal(tokens.Count, gguf.GetValue("tokenizer.ggml.scores").ToSingles().Length);
        Assert.Equal(gguf.GetValue("plamo2.block_count").ToInt32(), gguf.GetValue("plamo2.attention.head_count_kv").ToInt64s().Length);
        using var folder = new TemporaryFolder();
        var metadata = new GgufMetadata();
        foreach (var value in gguf.Metadata)
        {
            metadata.Add(value);
        }

        using (var writer = GgufWriter.Create(folder["copy"], metadata, gguf.Entries.Select(static entry => new TensorDeclaration(entry.Name, entry.DType, entry.Shape))))
        {
            foreach (var entry in gguf.Entries)
            {
                writer.Append(entry.Name, entry.Span);
            }

            writer.Complete();
        }

        using var copy = GgufFile.Open(folder["copy"]);
        Assert.Equal(gguf.Metadata.Select(static value => value.Key), copy.Metadata.Select(static value => value.Key));
        foreach (var entry in gguf.Entries)
        {
            Assert.True(copy.Get(entry.Name).Span.SequenceEqual(entry.Span));
            Assert.Equal(entry.Shape, copy.Get(entry.Name).Shape);
        }
    }

    private static float[] Read(TensorEntry entry)
    {
        var values = new float[entry.ElementCount];
        TensorConvert.ToSingle(entry.DType, entry.Span, values);
        return values;
    }

    private static (string Name, Func<float, float> Change) Map(string name)
    {
        static float Same(float value) => value;
        var whole = name switch
        {
            "model.embed_tokens.weight" => "token_embd.weight",
            "lm_head.weight" => "output.weight",
            _ => null,
        };
        if (whole is not null)
        {
            return (whole, Same);
        }

        if (name == "model.norm.weight")
        {
            return ("output_norm.weight", static value => value + 1);
        }

        var parts = name.Split('.', 5);
        var (target, change) = parts[4] switch
        {
            "pre_mixer_norm.weight" => ("attn_norm.weight", static value => value + 1),
            "post_mixer_norm.weight" => ("post_attention_norm", static value => value + 0.2f),
            "pre_mlp_norm.weight" => ("ffn_norm.weight", static value => value + 1),
            "post_mlp_norm.weight" => ("post_ffw_norm", static value => value + (1 / (float)Math.Pow(5, 1.5))),
            "mlp.gate_up_proj.weight" => ("ffn_up.weight", Same),
            "mlp.down_proj.weight" => ("ffn_down.weight", Same),
            "mixer.in_proj.weight" => ("ssm_in.weight", Same),
            "mixer.conv1d.weight" => ("ssm_conv1d.weight", Same),
            "mixer.bcdt_proj.weight" => ("ssm_x.weight", Same),
            "mixer.dt_proj.weight" => ("ssm_dt.weight", Same),
            "mixer.dt_bias" => ("ssm_dt.bias", Same),
            "mixer.A_log" => ("ssm_a", static value => -MathF.Exp(value)),
            "mixer.D" => ("ssm_d", Same),
            "mixer.dt_norm_weight" => ("ssm_dt_norm", Same),
            "mixer.B_norm_weight" => ("ssm_b_norm", Same),
            "mixer.C_norm_weight" => ("ssm_c_norm", Same),
            "mixer.out_proj.weight" => ("ssm_out.weight", Same),
            "mixer.qkv_proj.weight" => ("attn_qkv.weight", Same),
            "mixer.o_proj.weight" => ("attn_output.weight", Same),
            "mixer.q_weight" => ("attn_q_norm.weight", Same),
            "mixer.k_weight" => ("attn_k_norm.weight", (Func<float, float>)Same),
            var rest => throw new InvalidOperationException($"no GGUF name for {rest} of {name}"),
        };
        return ($"blk.{parts[3]}.{target}", change);
    }
}
