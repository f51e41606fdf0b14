using PlamoNative.Runtime.Models;
using Xunit;

namespace PlamoNative.Cli.Tests.Verbs;

public sealed class ConvertTests(SmallModel small) : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void A_folder_comes_back_from_a_gguf_with_its_shape_and_tokenizer()
    {
        CommandRun.Of("convert", "--model", small.Gguf, "--out", _place["M"]).Succeeds();
        var before = Plamo2Configuration.Read(Path.Combine(small.Folder, "config.json"));
        var after = Plamo2Configuration.Read(_place["M/config.json"]);
        Assert.Equal(before.LayerKinds(), after.LayerKinds());
        Assert.Equal((before.WindowSize, before.RopeTheta, before.RopeLocalTheta, before.VocabSize), (after.WindowSize, after.RopeTheta, after.RopeLocalTheta, after.VocabSize));
        Assert.Equal(File.ReadAllBytes(Path.Combine(small.Folder, "tokenizer.jsonl")), File.ReadAllBytes(_place["M/tokenizer.jsonl"]));
    }

    [Theory]
    [InlineData("f32")]
    [InlineData("f16")]
    [InlineData("bf16")]
    [InlineData("q8_0")]
    [InlineData("q4_0")]
    public void Every_type_of_gguf_generates(string type)
    {
        var json = CommandRun.Of("convert", "--model", small.Folder, "--out", _place["m.gguf"], "--type", type, "--json").Succeeds().Json;
        Assert.Equal(type, json.GetProperty("type").GetString());
        CommandRun.Of("generate", "--model", _place["m.gguf"], "--prompt", "猫", "--max-tokens", "3").Succeeds();
        var info = CommandRun.Of("info", "--model", _place["m.gguf"], "--json").Succeeds().Json;
        Assert.True(info.GetProperty("model").GetProperty("dtypes").TryGetProperty(type, out _));
    }

    [Fact]
    public void Tokenizers_in_ggufs_encode_as_those_in_folders() => Assert.Equal(
        CommandRun.Of("tokenizer", "encode", "--model", small.Folder, "--text", "猫🐱<|plamo:eos|>", "--special").Succeeds().Output,
        CommandRun.Of("tokenizer", "encode", "--model", small.Gguf, "--text", "猫🐱<|plamo:eos|>", "--special").Succeeds().Output);

    [Fact]
    public void A_layer_pattern_that_others_misread_is_said()
    {
        var kinds = "\"layers_block_type\": [\"attention\", \"mamba\", \"mamba\", \"attention\"], \"mamba_step\"";
        _place.File("c.json", File.ReadAllText(small.ConfigurationFile).Replace("\"mamba_step\"", kinds));
        CommandRun.Of("init", "--config", _place["c.json"], "--out", _place["M"]).Succeeds();
        var folder = CommandRun.Of("convert", "--model", _place["M"], "--out", _place["N"], "--type", "bf16").Succeeds();
        Assert.Contains("misreads this model", folder.Error, StringComparison.Ordinal);
        var gguf = CommandRun.Of("convert", "--model", _place["M"], "--out", _place["N.gguf"], "--json").Succeeds();
        Assert.Contains("mamba_step", gguf.Json.GetProperty("notes").GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("misreads", CommandRun.Of("convert", "--model", small.Folder, "--out", _place["O"]).Succeeds().Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_inputs_are_one_line_each_and_old_outputs_stay()
    {
        var old = _place.File("old.gguf", "old");
        CommandRun.Of("convert", "--model", small.Folder).RefusesWith("--out: expected");
        CommandRun.Of("convert", "--model", small.Folder, "--out", old, "--type", "q9_0").RefusesWith("--type", "did you mean 'q8_0'?");
        CommandRun.Of("convert", "--model", small.Folder, "--out", _place["N"], "--type", "q8_0").RefusesWith("--type: expected one of f32, bf16, f16");
        CommandRun.Of("convert", "--model", small.Folder, "--out", _place["no/such.gguf"]).RefusesWith("no/such");
        CommandRun.Of("convert", "--model", small.Folder, "--out", _place["no/such"]).RefusesWith("no/such");
        CommandRun.Of("convert", "--model", old, "--out", _place["N"]).RefusesWith("old.gguf");
        Directory.CreateDirectory(_place["folder.gguf"]);
        CommandRun.Of("convert", "--model", small.Folder, "--out", _place["folder.gguf"]).RefusesWith("expected a file, found a folder");
        Assert.Equal("old", File.ReadAllText(old));
        Assert.False(Path.Exists(_place["N"]));
    }
}
