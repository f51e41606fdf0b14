using System.Text;
using PlamoNative.Runtime.Tokenization;
using Xunit;

namespace PlamoNative.Cli.Tests.Verbs;

public sealed class GenerateTests(SmallModel small)
{
    [Fact]
    public void The_same_seed_gives_the_same_bytes_whatever_the_threads_and_another_seed_others()
    {
        var first = Generate("--seed", "7");
        Assert.NotEmpty(first.OutputBytes);
        Assert.Equal(first.OutputBytes, Generate("--seed", "7").OutputBytes);
        Assert.Equal(first.OutputBytes, Generate("--seed", "7", "--threads", "1").OutputBytes);
        Assert.Equal(first.OutputBytes, Generate("--seed", "7", "--threads", "3").OutputBytes);
        Assert.NotEqual(first.OutputBytes, Generate("--seed", "8").OutputBytes);
    }

    [Fact]
    public void The_json_answer_has_the_text_the_ids_and_the_speeds()
    {
        var plain = Generate("--seed", "7");
        var json = Generate("--seed", "7", "--json").Json;
        var ids = json.GetProperty("ids").EnumerateArray().Select(static id => id.GetInt32()).ToArray();
        var tokenizer = PlamoTokenizer.Load(small.Folder);
        Assert.Equal(plain.Output, json.GetProperty("text").GetString());
        Assert.InRange(ids.Length, 1, 24);
        Assert.All(ids, id => Assert.InRange(id, 0, 319));
        Assert.Equal(tokenizer.Encode("吾輩は", EncodingOptions.AddBos).Length, json.GetProperty("prompt_tokens").GetInt32());
        Assert.True(json.GetProperty("prefill_tokens_per_second").GetDouble() > 0);
        Assert.True(json.GetProperty("decode_tokens_per_second").GetDouble() >= 0);
        Assert.Equal("cpu", json.GetProperty("device").GetString());
    }

    [Fact]
    public void The_prompt_comes_from_standard_input_byte_for_byte()
    {
        var option = CommandRun.Of("generate", "--model", small.Folder, "--prompt", "猫\n", "--max-tokens", "4", "--json").Succeeds().Json;
        var input = CommandRun.Of("猫\n"u8, "generate", "--model", small.Folder, "--max-tokens", "4", "--json").Succeeds().Json;
        Assert.Equal(option.GetProperty("ids").GetRawText(), input.GetProperty("ids").GetRawText());
        Assert.Equal(option.GetProperty("prompt_tokens").GetInt32(), input.GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public void Control_tokens_in_the_prompt_count_as_text_unless_asked_for()
    {
        int PromptTokens(params string[] more) => CommandRun
            .Of(["generate", "--model", small.Folder, "--prompt", "<|plamo:op|>", "--max-tokens", "1", "--json", .. more]).Succeeds().Json.GetProperty("prompt_tokens").GetInt32();

        Assert.Equal(2, PromptTokens("--special"));
        Assert.True(PromptTokens() > 2);
    }

    [Fact]
    public void The_answer_ends_before_a_stop_text_and_at_the_context()
    {
        var whole = Generate("--temperature", "0").Output;
        var stop = new StringInfoPiece(whole).Middle;
        var json = Generate("--temperature", "0", "--stop", stop, "--json").Json;
        Assert.Equal("stop", json.GetProperty("finish_reason").GetString());
        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], json.GetProperty("text").GetString());

        var full = Generate("--context", "10", "--json", "--stop", "二度と出ない", "決して").Json;
        Assert.Equal("context_full", full.GetProperty("finish_reason").GetString());
        Assert.Equal("max_tokens", Generate("--max-tokens", "0", "--json").Json.GetProperty("finish_reason").GetString());
    }

    [Fact]
    public void Temperature_0_is_the_likeliest_token_whatever_the_seed() =>
        Assert.Equal(Generate("--temperature", "0", "--seed", "1").OutputBytes, Generate("--temperature", "0", "--seed", "2").OutputBytes);

    [Fact]
    public void Ctrl_C_keeps_what_there_is()
    {
        using var stop = new CancellationTokenSource();
        using var output = new StoppingStream(stop);
        using var error = new MemoryStream();
        string[] arguments = ["generate", "--model", small.Folder, "--prompt", "猫", "--max-tokens", "100000"];
        var exitCode = PlamoCommand.Invoke(arguments, new CommandStreams(Stream.Null, output, error), stop.Token);
        Assert.Equal(130, exitCode);
        Assert.NotEqual(0, output.Length);
        Assert.Contains("ended by interrupted", Encoding.UTF8.GetString(error.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_inputs_are_one_line_each()
    {
        string[] Line(params string[] rest) => ["generate", "--model", small.Folder, .. rest];
        CommandRun.Of("generate", "--prompt", "a").RefusesWith("--model: expected");
        CommandRun.Of([0x61, 0xFF], Line()).RefusesWith("standard input: byte 1: expected UTF-8, found 0xFF");
        CommandRun.Of(Line("--prompt", "a\uDC00")).RefusesWith("--prompt", "lone surrogate");
        CommandRun.Of(Line("--prompt", "吾輩は猫である", "--context", "3")).RefusesWith("prompt", "1 to 3 tokens");
        CommandRun.Of(Line("--prompt", "a", "--context", "0")).RefusesWith("--context: expected");
        CommandRun.Of(Line("--prompt", "a", "--max-tokens", "-5")).RefusesWith("--max-tokens: expected a whole number, at least 0, found '-5'");
        CommandRun.Of(Line("--prompt", "a", "--max-tokens", "2.5")).RefusesWith("--max-tokens", "'2.5'");
        CommandRun.Of(Line("--prompt", "a", "--temperature", "NaN")).RefusesWith("--temperature: expected a number from 0 to 1000, found 'NaN'");
        CommandRun.Of(Line("--prompt", "a", "--temperature", "-0.5")).RefusesWith("--temperature", "'-0.5'");
        CommandRun.Of(Line("--prompt", "a", "--temperature", "Infinity")).RefusesWith("--temperature");
        CommandRun.Of(Line("--prompt", "a", "--top-p", "0")).RefusesWith("top-p", "above 0");
        CommandRun.Of(Line("--prompt", "a", "--top-p", "1.5")).RefusesWith("--top-p");
        CommandRun.Of(Line("--prompt", "a", "--top-k", "-1")).RefusesWith("--top-k");
        CommandRun.Of(Line("--prompt", "a", "--min-p", "2")).RefusesWith("--min-p");
        CommandRun.Of(Line("--prompt", "a", "--repetition-penalty", "0")).RefusesWith("repetition-penalty");
        CommandRun.Of(Line("--prompt", "a", "--stop", "")).RefusesWith("stop");
        CommandRun.Of(Line("--prompt", "a", "--seed", "1.0")).RefusesWith("--seed");
        CommandRun.Of(Line("--prompt")).RefusesWith("--prompt: expected one value");
    }

    private CommandRun Generate(params string[] more) =>
        CommandRun.Of([.. (string[])["generate", "--model", small.Folder, "--prompt", "吾輩は"], .. more.Contains("--max-tokens") ? [] : (string[])["--max-tokens", "24"], .. more]).Succeeds();

    /// <summary>A character out of the middle of a text that does not occur before.</summary>
    private sealed class StringInfoPiece(string text)
    {
        internal string Middle { get; } = text.EnumerateRunes().Skip(3)
            .First(rune => text.IndexOf(rune.ToString(), StringComparison.Ordinal) > 2 && rune != Rune.ReplacementChar).ToString();
    }

    /// <summary>Standard output of somebody who presses Ctrl-C at the first text.</summary>
    private sealed class StoppingStream(CancellationTokenSource stop) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            base.Write(buffer);
            stop.Cancel();
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            base.Write(buffer, offset, count);
            stop.Cancel();
        }
    }
}
