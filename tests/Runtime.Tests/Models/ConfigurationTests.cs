using System.Text;
using PlamoNative.Engine;
using PlamoNative.Runtime.Models;
using Xunit;

namespace PlamoNative.Tests.Runtime.Models;

public sealed class ConfigurationTests
{
    [Fact]
    public void Absent_keys_have_the_published_class_defaults()
    {
        var c = Parse("""{"model_type": "plamo2"}""");
        Assert.Equal((4096, 32, 13312, 32000), (c.HiddenSize, c.LayerCount, c.IntermediateSize, c.VocabSize));
        Assert.Equal((32, 4, 128, 64, 64), (c.QueryHeads, c.KeyValueHeads, c.HeadSize, c.SsmHeads, c.StateSize));
        Assert.Equal((1, 2, null), (c.BosTokenId, c.EosTokenIds.Single(), c.PadTokenId));
        Assert.Equal(10 * (1L << 20), c.MaxPositionEmbeddings);
        Assert.Equal(10000, c.RopeThetaOf(LayerKind.WindowAttention));
        Assert.True(c.TieWordEmbeddings);
    }

    [Theory]
    [InlineData(32, 2, "M A M A")]
    [InlineData(5, 4, "M M A M M")]
    [InlineData(2, 5, "M A")]
    [InlineData(3, 6, "M M A")]
    public void Steps_place_attention_layers(int layers, int step, string beginning)
    {
        var c = Parse($$"""{"model_type": "plamo2", "num_hidden_layers": {{layers}}, "mamba_step": {{step}}}""");
        var kinds = string.Join(' ', c.LayerKinds().Select(static kind => kind == LayerKind.Mamba ? "M" : "A"));
        Assert.StartsWith(beginning, kinds, StringComparison.Ordinal);
    }

    [Fact]
    public void Block_types_win_over_steps_and_full_layers_have_no_window()
    {
        var c = Parse("""
            {"model_type": "plamo2", "num_hidden_layers": 3, "layers_block_type": ["attention", "mamba", "attention"],
             "full_attention_idx": [2], "rope_theta": 1e6, "rope_local_theta": 500}
            """);
        Assert.Equal([LayerKind.WindowAttention, LayerKind.Mamba, LayerKind.FullAttention], c.LayerKinds());
        Assert.Equal((500, 1e6), (c.RopeThetaOf(LayerKind.WindowAttention), c.RopeThetaOf(LayerKind.FullAttention)));
    }

    [Fact]
    public void Without_mamba_every_layer_is_attention() =>
        Assert.All(Parse("""{"model_type": "plamo2", "mamba_enabled": false, "mamba_step": 1}""").LayerKinds(), static kind => Assert.Equal(LayerKind.WindowAttention, kind));

    [Fact]
    public void A_mirror_of_the_window_is_read_and_the_time_step_rank_follows_the_width()
    {
        Assert.Equal(77, Parse("""{"model_type": "plamo2", "sliding_window": 77}""").WindowSize);
        Assert.Equal(64, Parse("""{"model_type": "plamo2", "hidden_size": 96}""").TimeStepRank);
        var c = Parse("""{"model_type": "plamo2", "hidden_size": 2048, "mamba_num_heads": 64}""");
        Assert.Equal((128, 8192), (c.TimeStepRank, c.InnerSize));
    }

    [Fact]
    public void Unknown_keys_come_back_unchanged_and_known_ones_equal()
    {
        const string Json = """
            {"architectures": ["PlamoForCausalLM"], "model_type": "plamo2", "auto_map": {"AutoModel": "modeling_plamo.X", "n": [1, 2.50, null]}, "k_expert": null,
             "expert_dropout": 0.0, "name": "吾輩", "eos_token_id": [2, 4], "attention_window_size": 5, "full_attention_idx": [1], "num_hidden_layers": 2,
             "max_position_embeddings": 99999999, "mamba_chunk_size": 16, "rms_norm_eps": 1e-05, "pad_token_id": 3}
            """;
        var first = Parse(Json);
        Assert.Equal(["auto_map", "k_expert", "expert_dropout", "name"], first.OtherKeys.Select(static pair => pair.Key));
        Assert.Equal("""{"AutoModel": "modeling_plamo.X", "n": [1, 2.50, null]}""", first.OtherKeys[0].Value);
        Assert.Equal("0.0", first.OtherKeys[2].Value);
        var stream = new MemoryStream();
        first.Write(stream);
        var second = Plamo2Configuration.Parse(stream.ToArray(), "M/config.json");
        Assert.Equal(first.OtherKeys, second.OtherKeys);
        Assert.Equal([2, 4], second.EosTokenIds);
        var lists = new { first.OtherKeys, first.EosTokenIds, first.FullAttentionLayers, first.IsAttentionLayer };
        Assert.Equal(first, second with
        {
            OtherKeys = lists.OtherKeys,
            EosTokenIds = lists.EosTokenIds,
            FullAttentionLayers = lists.FullAttentionLayers,
            IsAttentionLayer = lists.IsAttentionLayer,
        });
        Assert.Equal([1], second.FullAttentionLayers);
    }

    [Theory]
    [InlineData("""{"model_type": "llama", "architectures": ["LlamaForCausalLM"]}""", "architectures: expected a supported architecture (PlamoForCausalLM, Plamo2ForCausalLM), found LlamaForCausalLM")]
    [InlineData("""{"model_type": "mamba2"}""", "model_type: expected a supported architecture (plamo2), found mamba2")]
    [InlineData("{}", "model_type: expected a supported architecture (plamo2), found no such key")]
    [InlineData("[1]", "content: expected a JSON object, found a list")]
    [InlineData("{", "content: expected a JSON object, found what is no JSON in line 1")]
    [InlineData("""{"model_type": "plamo2", "hidden_size": "big"}""", "hidden_size: expected an integer, found \"big\"")]
    [InlineData("""{"model_type": "plamo2", "hidden_size": 0}""", "hidden_size: expected 1 to 67108864, found 0")]
    [InlineData("""{"model_type": "plamo2", "hidden_size": 1e30}""", "hidden_size: expected an integer, found 1e30")]
    [InlineData("""{"model_type": "plamo2", "num_hidden_layers": 2000000000}""", "num_hidden_layers: expected 1 to 4096, found 2000000000")]
    [InlineData("""{"model_type": "plamo2", "num_key_value_heads": 5}""", "num_key_value_heads: expected a divisor of num_attention_heads = 32, found 5")]
    [InlineData("""{"model_type": "plamo2", "hidden_size_per_head": 33}""", "hidden_size_per_head: expected an even number")]
    [InlineData("""{"model_type": "plamo2", "rope_theta": -1}""", "rope_theta: expected a positive finite number, found -1")]
    [InlineData("""{"model_type": "plamo2", "rms_norm_eps": 1e999}""", "rms_norm_eps: expected a finite number, found 1e999")]
    [InlineData("""{"model_type": "plamo2", "mamba_step": 1}""", "mamba_step: expected 2 to 2147483647, found 1")]
    [InlineData("""{"model_type": "plamo2", "layers_block_type": ["mamba"]}""", "layers_block_type: expected num_hidden_layers = 32 entries, found 1")]
    [InlineData("""{"model_type": "plamo2", "num_hidden_layers": 1, "layers_block_type": ["conv"]}""", "layers_block_type[0]: expected \"attention\" or \"mamba\", found \"conv\"")]
    [InlineData("""{"model_type": "plamo2", "full_attention_idx": [32]}""", "full_attention_idx: expected 0 to 31, found 32")]
    [InlineData("""{"model_type": "plamo2", "use_predefined_initial_state": true}""", "use_predefined_initial_state: expected false")]
    [InlineData("""{"model_type": "plamo2", "eos_token_id": 32000}""", "eos_token_id: expected 0 to 31999, found 32000")]
    [InlineData("""{"model_type": "plamo2", "tie_word_embeddings": 1}""", "tie_word_embeddings: expected true or false, found 1")]
    [InlineData("""{"model_type": "plamo2", "mamba_num_heads": 60000, "hidden_size_per_head": 60000}""", "expected fewer")]
    public void A_bad_value_is_one_line_with_file_field_expected_and_found(string json, string message)
    {
        var error = Assert.Throws<ModelFormatException>(() => Parse(json));
        Assert.StartsWith("M/config.json: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static Plamo2Configuration Parse(string json) => Plamo2Configuration.Parse(Encoding.UTF8.GetBytes(json), "M/config.json");
}
