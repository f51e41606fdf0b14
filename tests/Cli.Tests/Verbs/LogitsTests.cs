using System.Text.Json;
using Xunit;

namespace PlamoNative.Cli.Tests.Verbs;

public sealed class LogitsTests(SmallModel small) : IDisposable
{
    private const double Tolerance = 1e-4;

    private readonly Workplace _place = new();
    private readonly string _tokens = string.Join(',', Enumerable.Range(0, 70).Select(static i => 7 + (i * 37 % 293)));

    public void Dispose() => _place.Dispose();

    [Fact]
    public void Batched_and_stepwise_logits_agree_from_the_folder_and_from_the_gguf()
    {
        var batched = Logits("a.npy", small.Folder);
        AssertClose(batched, Logits("b.npy", small.Folder, "--stepwise"));
        AssertClose(batched, Logits("c.npy", small.Gguf));
        AssertClose(batched, Logits("d.npy", small.Gguf, "--stepwise"));
    }

    [Fact]
    public void Logits_have_the_same_bits_whatever_the_threads()
    {
        Logits("a.npy", small.Folder, "--threads", "1");
        Logits("b.npy", small.Folder, "--threads", "3");
        Assert.Equal(File.ReadAllBytes(_place["a.npy"]), File.ReadAllBytes(_place["b.npy"]));
    }

    [Fact]
    public void The_attention_window_can_be_set()
    {
        var narrow = Logits("a.npy", small.Folder);
        var wide = Logits("b.npy", small.Folder, "--window", "64");
        Assert.Equal(narrow[..320], wide[..320]);
        Assert.NotEqual(narrow[^320..], wide[^320..]);
        AssertClose(wide, Logits("c.npy", small.Folder, "--window", "64", "--stepwise"));

        // W + 1 positions of window 8 are the nine that another reading of window 9 has.
        Assert.Equal(narrow, Logits("d.npy", small.Folder, "--window", "9", "--window-counts-query"));
    }

    [Fact]
    public void Ids_may_come_from_standard_input_as_the_encoder_prints_them()
    {
        Logits("a.npy", small.Folder);
        CommandRun.Of(System.Text.Encoding.UTF8.GetBytes($"{{\"ids\":[{_tokens}]}}\n"), "logits", "--model", small.Folder, "--out", _place["b.npy"]).Succeeds();
        Assert.Equal(File.ReadAllBytes(_place["a.npy"]), File.ReadAllBytes(_place["b.npy"]));
    }

    [Fact]
    public void The_json_answer_says_what_was_written()
    {
        var json = CommandRun.Of("logits", "--model", small.Folder, "--tokens", "5,6", "--out", _place["a.npy"], "--json").Succeeds().Json;
        Assert.Equal(2, json.GetProperty("tokens").GetInt32());
        Assert.Equal(320, json.GetProperty("vocab_size").GetInt32());
    }

    [Fact]
    public void A_trace_holds_ranges_of_the_work()
    {
        CommandRun.Of("logits", "--model", small.Folder, "--tokens", "5,6", "--out", _place["a.npy"], "--trace", _place["t.json"]).Succeeds();
        using var trace = JsonDocument.Parse(File.ReadAllBytes(_place["t.json"]));
        var ranges = trace.RootElement.GetProperty("traceEvents").EnumerateArray().ToArray();
        Assert.NotEmpty(ranges);
        Assert.All(ranges, static range => Assert.True(range.GetProperty("dur").GetDouble() >= 0));
    }

    [Fact]
    public async Task A_pipe_given_as_output_is_written_to_and_stays()
    {
        var pipe = _place.Pipe("pipe.npy");
        var reader = Task.Run(() => File.ReadAllBytes(pipe), TestContext.Current.CancellationToken);
        CommandRun.Of("logits", "--model", small.Folder, "--tokens", "5,6", "--out", pipe).Succeeds();
        CommandRun.Of("logits", "--model", small.Folder, "--tokens", "5,6", "--out", _place["file.npy"]).Succeeds();
        CommandRun.Of("logits", "--model", small.Folder, "--tokens", "5,6", "--out", "/dev/null").Succeeds();
        Assert.Equal(File.ReadAllBytes(_place["file.npy"]), await reader);
        Assert.True(File.Exists(pipe));
    }

    [Fact]
    public void Bad_inputs_are_one_line_each_and_the_old_file_stays()
    {
        var old = _place.File("old.npy", "old");
        string[] Line(params string[] rest) => ["logits", "--model", small.Folder, .. rest];
        CommandRun.Of(Line("--tokens", "5")).RefusesWith("--out: expected an npy file");
        CommandRun.Of(Line("--tokens", "5,320", "--out", old)).RefusesWith("--tokens: token 1", "vocabulary of 320", "found 320");
        CommandRun.Of(Line("--tokens", "-1", "--out", old)).RefusesWith("token 0", "found -1");
        CommandRun.Of(Line("--tokens", "", "--out", old)).RefusesWith("at least one token id");
        CommandRun.Of(Line("--tokens", "1 2 three", "--out", old)).RefusesWith("token 2", "'three'");
        CommandRun.Of(Line("--tokens", "5", "--out", _place.Root)).RefusesWith("expected a file, found a folder");
        CommandRun.Of(Line("--tokens", "5", "--out", _place["no/such.npy"])).RefusesWith("no/such");
        CommandRun.Of(Line("--tokens", "5", "--out", old, "--window", "0")).RefusesWith("--window: expected");
        CommandRun.Of(Line("--tokens", "5", "--out", old, "--activations", "int4")).RefusesWith("--activations: expected one of exact, int8");
        CommandRun.Of(Line("--tokens", "5", "--out", old, "--device", "cuda:99999")).RefusesWith("cuda:99999");
        CommandRun.Of("logits", "--model", _place["nope"], "--tokens", "5", "--out", old).RefusesWith("nope", "a model folder or a GGUF file, found nothing");
        CommandRun.Of("logits", "--tokens", "5", "--out", old).RefusesWith("--model: expected");
        Assert.Equal("old", File.ReadAllText(old));
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= Tolerance, $"element {i}: {expected[i]} and {actual[i]}");
        }
    }

    private float[] Logits(string name, string model, params string[] more)
    {
        CommandRun.Of(["logits", "--model", model, "--tokens", _tokens, "--out", _place[name], .. more]).Succeeds();
        return NpyArray.Read(_place[name], 70, 320);
    }
}
