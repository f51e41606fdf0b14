using PlamoNative.Runtime.Models;
using PlamoNative.Runtime.Tokenization;
using Xunit;

namespace PlamoNative.Cli.Tests.Verbs;

public sealed class InitTests(SmallModel small) : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void Without_a_tokenizer_the_folder_gets_a_byte_level_one_and_is_complete()
    {
        var json = CommandRun.Of("init", "--preset", "plamo-2-nano", "--out", _place["M"], "--dtype", "bf16", "--json").Succeeds().Json;
        Assert.Equal(ByteLevelVocabulary.Count, json.GetProperty("vocab_size").GetInt32());
        Assert.Equal("bf16", json.GetProperty("dtype").GetString());
        string[] names = ["config.json", "generation_config.json", "model.safetensors", "tokenizer.jsonl", "tokenizer_config.json"];
        Assert.Equal(names, Directory.EnumerateFiles(_place["M"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        CommandRun.Of("generate", "--model", _place["M"], "--prompt", "猫", "--max-tokens", "3").Succeeds();
    }

    [Fact]
    public void The_seed_alone_decides_the_weights()
    {
        byte[] Weights(string name, params string[] more)
        {
            CommandRun.Of(["init", "--preset", "plamo-2-nano", "--out", _place[name], .. more]).Succeeds();
            return File.ReadAllBytes(Path.Combine(_place[name], "model.safetensors"));
        }

        var first = Weights("A", "--seed", "5");
        Assert.Equal(first, Weights("B", "--seed", "5", "--threads", "1"));
        Assert.NotEqual(first, Weights("C", "--seed", "6"));
    }

    [Fact]
    public void A_given_tokenizer_decides_the_vocabulary_of_a_preset_and_fills_that_of_a_configuration()
    {
        var json = CommandRun.Of("init", "--preset", "plamo-2-nano", "--tokenizer", small.Tokenizer, "--out", _place["M"], "--json").Succeeds().Json;
        Assert.Equal(300, json.GetProperty("vocab_size").GetInt32());
        Assert.Equal(320, Plamo2Configuration.Read(Path.Combine(small.Folder, "config.json")).VocabSize);
    }

    [Fact]
    public void An_old_folder_is_replaced_and_a_strangers_files_in_it_stay()
    {
        _place.File("M/note.txt", "mine");
        _place.File("M/model-00001-of-00002.safetensors", "old");
        CommandRun.Of("init", "--preset", "plamo-2-nano", "--out", _place["M"]).Succeeds();
        Assert.Equal("mine", File.ReadAllText(_place["M/note.txt"]));
        Assert.False(File.Exists(_place["M/model-00001-of-00002.safetensors"]));
    }

    [Fact]
    public void Bad_inputs_are_one_line_each_and_leave_nothing()
    {
        var size = File.ReadAllText(small.ConfigurationFile);
        CommandRun.Of("init", "--out", _place["X"]).RefusesWith("--preset or --config: expected exactly one of them, found none");
        CommandRun.Of("init", "--preset", "plamo-2-nano", "--config", small.ConfigurationFile, "--out", _place["X"]).RefusesWith("found both");
        CommandRun.Of("init", "--preset", "plamo-2-tinny", "--out", _place["X"]).RefusesWith("--preset", "did you mean 'plamo-2-tiny'?");
        CommandRun.Of("init", "--preset", "plamo-2-nano").RefusesWith("--out: expected");
        CommandRun.Of("init", "--preset", "plamo-2-nano", "--out", "").RefusesWith("--out: expected", "an empty text");
        CommandRun.Of("init", "--preset", "plamo-2-nano", "--out", _place.File("file", "")).RefusesWith("file", "expected a folder");
        CommandRun.Of("init", "--preset", "plamo-2-nano", "--out", _place["no/such"]).RefusesWith("no/such");
        CommandRun.Of("init", "--preset", "plamo-2-nano", "--dtype", "q8_0", "--out", _place["X"]).RefusesWith("--dtype", "f32, bf16, f16");
        CommandRun.Of("init", "--preset", "plamo-2-nano", "--tokenizer", _place["nope"], "--out", _place["X"]).RefusesWith("nope");
        CommandRun.Of("init", "--config", _place["nope"], "--out", _place["X"]).RefusesWith("nope");
        CommandRun.Of("init", "--config", _place.Root, "--out", _place["X"]).RefusesWith("found a folder");
        CommandRun.Of("init", "--config", _place.File("c1.json", "{"), "--out", _place["X"]).RefusesWith("c1.json", "JSON");
        CommandRun.Of("init", "--config", _place.File("c2.json", size.Replace("320", "200")), "--out", _place["X"]).RefusesWith("c2.json", "vocab_size", "263");
        CommandRun.Of("init", "--config", _place.File("c3.json", size.Replace("\"hidden_size\": 64", "\"hidden_size\": -64")), "--out", _place["X"])
            .RefusesWith("c3.json", "hidden_size");
        CommandRun.Of(
            "init", "--config", _place.File("c4.json", size.Replace("\"intermediate_size\": 96", "\"intermediate_size\": 60000000").Replace("\"hidden_size\": 64", "\"hidden_size\": 60000000")),
            "--out", _place["X"]).RefusesWith("expected room for");
        Assert.False(Path.Exists(_place["X"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_place.Root, ".plamo*"));
    }
}
