using System.Text;
using PlamoNative.Runtime.Tokenization;
using Xunit;

namespace PlamoNative.Cli.Tests.Verbs;

public sealed class TokenizerTests : IDisposable
{
    private const string Text = "吾輩は猫である。名前はまだ無い。\r\nどこで生れたかとんと見当がつかぬ。 \t🐱𠮷\u0000\n\n";

    private readonly Workplace _place = new();

    public TokenizerTests()
    {
        _place.File("corpus.txt", string.Concat(Enumerable.Repeat(Text, 20)));
        CommandRun.Of("tokenizer", "train", "--input", _place["corpus.txt"], "--vocab-size", "300", "--out", _place["T"]).Succeeds();
    }

    public void Dispose() => _place.Dispose();

    [Fact]
    public void Training_writes_a_folder_of_the_exact_size_and_says_so()
    {
        var json = CommandRun.Of("tokenizer", "train", "--input", _place["corpus.txt"], "--vocab-size", "310", "--out", _place["U"], "--json").Succeeds().Json;
        Assert.Equal(310, json.GetProperty("vocab_size").GetInt32());
        Assert.Equal(310, File.ReadLines(_place["U/tokenizer.jsonl"]).Count());
        Assert.True(PlamoTokenizer.Load(_place["U"]).Configuration.AddBosToken);
    }

    [Fact]
    public void Training_gives_the_same_file_whatever_the_threads_and_replaces_an_old_one()
    {
        _place.File("one.jsonl", "old");
        CommandRun.Of("tokenizer", "train", "--input", _place["corpus.txt"], "--vocab-size", "300", "--out", _place["one.jsonl"], "--threads", "1").Succeeds();
        CommandRun.Of("tokenizer", "train", "--input", _place["corpus.txt"], "--vocab-size", "300", "--out", _place["three.jsonl"], "--threads", "3").Succeeds();
        Assert.Equal(File.ReadAllBytes(_place["one.jsonl"]), File.ReadAllBytes(_place["three.jsonl"]));
        Assert.Equal(File.ReadAllBytes(_place["one.jsonl"]), File.ReadAllBytes(_place["T/tokenizer.jsonl"]));
    }

    [Fact]
    public void Plain_output_of_encode_is_plain_input_of_decode_byte_for_byte()
    {
        var bytes = Encoding.UTF8.GetBytes(Text);
        var ids = CommandRun.Of(bytes, "tokenizer", "encode", "--model", _place["T"]).Succeeds();
        Assert.Equal(bytes, CommandRun.Of(ids.OutputBytes, "tokenizer", "decode", "--model", _place["T"]).Succeeds().OutputBytes);
    }

    [Fact]
    public void Json_output_of_encode_is_input_of_decode_too()
    {
        var ids = CommandRun.Of(Encoding.UTF8.GetBytes(Text), "tokenizer", "encode", "--model", _place["T"], "--json").Succeeds();
        Assert.NotEmpty(ids.Json.GetProperty("ids").EnumerateArray());
        var text = CommandRun.Of(ids.OutputBytes, "tokenizer", "decode", "--model", _place["T"], "--json").Succeeds().Json;
        Assert.Equal(Text, text.GetProperty("text").GetString());
    }

    [Fact]
    public void The_option_and_standard_input_give_the_same_ids() => Assert.Equal(
        CommandRun.Of("tokenizer", "encode", "--model", _place["T"], "--text", "猫である\n").Succeeds().Output,
        CommandRun.Of("猫である\n"u8, "tokenizer", "encode", "--model", _place["T/tokenizer.jsonl"]).Succeeds().Output);

    [Fact]
    public void A_text_that_begins_like_an_option_or_a_response_file_is_text()
    {
        foreach (var text in new[] { "@home", "--猫", "-1", "[猫]", "a=b", "" })
        {
            var ids = CommandRun.Of("tokenizer", "encode", "--model", _place["T"], "--text", text).Succeeds();
            Assert.Equal(text, CommandRun.Of(ids.OutputBytes, "tokenizer", "decode", "--model", _place["T"]).Succeeds().Output);
        }
    }

    [Fact]
    public void Bos_and_control_tokens_come_only_when_asked_for()
    {
        string Ids(params string[] more) =>
            CommandRun.Of(["tokenizer", "encode", "--model", _place["T"], "--text", "<|plamo:eos|>", .. more]).Succeeds().Output.TrimEnd();

        var tokenizer = PlamoTokenizer.Load(_place["T"]);
        Assert.DoesNotContain($"{tokenizer.EosId}", Ids().Split(' '));
        Assert.Equal($"{tokenizer.EosId}", Ids("--special"));
        Assert.Equal($"{tokenizer.BosId} {tokenizer.EosId}", Ids("--special", "--bos"));
    }

    [Fact]
    public void Half_a_character_decodes_to_its_bytes()
    {
        var ids = PlamoTokenizer.Load(_place["T"]).Encode("🦊");
        var run = CommandRun.Of("tokenizer", "decode", "--model", _place["T"], "--tokens", string.Join(',', ids.Take(2))).Succeeds();
        Assert.Equal([0xF0, 0x9F], run.OutputBytes);
    }

    [Fact]
    public void Bad_inputs_of_the_tokenizer_verbs_are_one_line_each()
    {
        var model = _place["T"];
        var corpus = _place["corpus.txt"];
        _place.File("latin1.txt", [(byte)'a', 0xE9, (byte)'b']);
        _place.File("broken.jsonl", "[\"a\", 0.0, \"NORMAL\"]\nnot json\n");
        _place.File("half.jsonl", File.ReadAllText(_place["T/tokenizer.jsonl"])[..4000]);
        _place.File("empty/config.json", "{}");
        _place.File("none.txt", "");
        CommandRun.Of("tokenizer", "encode").RefusesWith("--model: expected");
        CommandRun.Of("tokenizer", "encode", "--model", _place["nope"], "--text", "a").RefusesWith(_place["nope"], "found nothing");
        CommandRun.Of("tokenizer", "encode", "--model", _place["empty"], "--text", "a").RefusesWith("tokenizer.jsonl", "found nothing");
        CommandRun.Of("tokenizer", "encode", "--model", _place["broken.jsonl"], "--text", "a").RefusesWith("broken.jsonl", "line 2");
        CommandRun.Of("tokenizer", "encode", "--model", _place["half.jsonl"], "--text", "a").RefusesWith("half.jsonl");
        CommandRun.Of([(byte)'a', (byte)'b', 0xFF, (byte)'c'], "tokenizer", "encode", "--model", model).RefusesWith("standard input: byte 2: expected UTF-8, found 0xFF");
        CommandRun.Of([0xE7, 0x8C], "tokenizer", "encode", "--model", model).RefusesWith("standard input: byte 0: expected UTF-8");
        CommandRun.Of("tokenizer", "encode", "--model", model, "--text", "a\uD83D").RefusesWith("--text", "lone surrogate U+D83D at character 1");
        CommandRun.Of("tokenizer", "decode", "--model", model, "--tokens", "5,6,300").RefusesWith("--tokens: token 2", "vocabulary of 300", "found 300");
        CommandRun.Of("tokenizer", "decode", "--model", model, "--tokens", "5,-6").RefusesWith("token 1", "found -6");
        CommandRun.Of("tokenizer", "decode", "--model", model, "--tokens", "5,六").RefusesWith("token 1", "found '六'");
        CommandRun.Of("tokenizer", "decode", "--model", model, "--tokens", "5,,6").RefusesWith("token 1", "nothing between commas");
        CommandRun.Of("7 8 99999999999999999999"u8, "tokenizer", "decode", "--model", model).RefusesWith("standard input: token 2");
        CommandRun.Of("tokenizer", "train", "--out", _place["V"]).RefusesWith("--input: expected");
        CommandRun.Of("tokenizer", "train", "--input", corpus).RefusesWith("--out: expected");
        CommandRun.Of("tokenizer", "train", "--input", _place["nope"], "--out", _place["V"]).RefusesWith(_place["nope"]);
        CommandRun.Of("tokenizer", "train", "--input", _place["T"], "--out", _place["V"]).RefusesWith("found a folder");
        CommandRun.Of("tokenizer", "train", "--input", _place["latin1.txt"], "--out", _place["V"]).RefusesWith("latin1.txt", "byte 1");
        CommandRun.Of("tokenizer", "train", "--input", _place["none.txt"], "--out", _place["V"]).RefusesWith("some text");
        CommandRun.Of("tokenizer", "train", "--input", corpus, "--vocab-size", "262", "--out", _place["V"]).RefusesWith("--vocab-size: expected", "'262'");
        CommandRun.Of("tokenizer", "train", "--input", corpus, "--vocab-size", "90000", "--out", _place["V"]).RefusesWith("found 90000");
        CommandRun.Of("tokenizer", "train", "--input", corpus, "--character-coverage", "NaN", "--out", _place["V"]).RefusesWith("--character-coverage", "'NaN'");
        CommandRun.Of("tokenizer", "train", "--input", corpus, "--vocab-size", "300", "--out", _place["no/such/V"]).RefusesWith("no/such");
        Assert.False(Directory.Exists(_place["V"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_place.Root, ".plamo*"));
    }

    [Fact]
    public void A_pipe_in_place_of_a_file_is_refused_and_not_waited_for()
    {
        var pipe = _place.Pipe("pipe");
        CommandRun.Of("tokenizer", "encode", "--model", pipe, "--text", "a").RefusesWith(pipe, "found a pipe");
        CommandRun.Of("tokenizer", "train", "--input", pipe, "--out", _place["V"]).RefusesWith(pipe, "found a pipe");
        Directory.CreateDirectory(_place["M"]);
        _place.Pipe("M/tokenizer.jsonl");
        CommandRun.Of("tokenizer", "encode", "--model", _place["M"], "--text", "a").RefusesWith("found a pipe");
    }
}
