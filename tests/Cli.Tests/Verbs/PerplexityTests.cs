using PlamoNative.Kernels;
using PlamoNative.Runtime.Tokenization;
using Xunit;

namespace PlamoNative.Cli.Tests.Verbs;

public sealed class PerplexityTests(SmallModel small) : IDisposable
{
    private const string Text = "吾輩は猫である。名前はまだ無い。";

    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void The_loss_of_one_window_is_what_the_logits_say()
    {
        var ids = PlamoTokenizer.Load(small.Folder).Encode(Text, EncodingOptions.AddBos);
        var json = CommandRun.Of("perplexity", "--model", small.Folder, "--input", _place.File("text", Text), "--json").Succeeds().Json;
        Assert.Equal(ids.Length - 1, json.GetProperty("tokens").GetInt32());
        var nats = Nats(ids, 0, 1);
        Assert.Equal(nats / (ids.Length - 1), json.GetProperty("loss").GetDouble(), 1e-5);
        Assert.Equal(Math.Exp(nats / (ids.Length - 1)), json.GetProperty("perplexity").GetDouble(), 1e-2);
        Assert.Equal(nats / Math.Log(2) / System.Text.Encoding.UTF8.GetByteCount(Text), json.GetProperty("bits_per_byte").GetDouble(), 1e-5);
    }

    [Fact]
    public void Every_window_has_half_of_the_one_before_as_context()
    {
        const int Window = 6;
        var ids = PlamoTokenizer.Load(small.Folder).Encode(Text, EncodingOptions.AddBos);
        var expected = 0.0;
        for (var start = 0; start < ids.Length; start += Window)
        {
            var contextStart = Math.Max(0, start - (Window / 2));
            expected += Nats(ids[contextStart..Math.Min(start + Window, ids.Length)], contextStart, Math.Max(start, 1));
        }

        var json = CommandRun.Of("perplexity", "--model", small.Folder, "--input", _place.File("text", Text), "--window", "6", "--json").Succeeds().Json;
        Assert.Equal(ids.Length - 1, json.GetProperty("tokens").GetInt32());
        Assert.Equal(expected / (ids.Length - 1), json.GetProperty("loss").GetDouble(), 1e-5);
    }

    [Fact]
    public void Threads_and_the_way_in_change_nothing()
    {
        var path = _place.File("text", Text);
        var first = CommandRun.Of("perplexity", "--model", small.Folder, "--input", path, "--window", "6").Succeeds().Output;
        Assert.Equal(first, CommandRun.Of("perplexity", "--model", small.Folder, "--input", path, "--window", "6", "--threads", "1").Succeeds().Output);
        Assert.Equal(first, CommandRun.Of(File.ReadAllBytes(path), "perplexity", "--model", small.Folder, "--window", "6").Succeeds().Output);
    }

    [Fact]
    public void Bad_inputs_are_one_line_each()
    {
        CommandRun.Of("perplexity", "--input", small.Corpus).RefusesWith("--model: expected");
        CommandRun.Of("perplexity", "--model", small.Folder, "--input", _place["nope"]).RefusesWith("nope");
        CommandRun.Of("perplexity", "--model", small.Folder, "--input", _place.Root).RefusesWith("found a folder");
        CommandRun.Of("perplexity", "--model", small.Folder, "--input", _place.File("empty", "")).RefusesWith("empty", "at least 2 tokens");
        CommandRun.Of("perplexity", "--model", small.Folder, "--input", _place.File("latin", [0x61, 0xE9])).RefusesWith("latin: byte 1: expected UTF-8");
        CommandRun.Of("perplexity", "--model", small.Folder, "--input", small.Corpus, "--window", "1").RefusesWith("--window: expected");
        CommandRun.Of("perplexity", "--model", small.Folder, "--input", small.Corpus, "--window", "-8").RefusesWith("--window: expected");
    }

    /// <summary>Nats of the tokens from <paramref name="firstTarget"/> on, by the logits of a run of its own over <paramref name="ids"/>.</summary>
    private double Nats(int[] ids, int position, int firstTarget)
    {
        CommandRun.Of("logits", "--model", small.Folder, "--tokens", string.Join(',', ids), "--out", _place["l.npy"]).Succeeds();
        var logits = NpyArray.Read(_place["l.npy"], ids.Length, 320);
        var nats = 0.0;
        for (var target = firstTarget - position; target < ids.Length; target++)
        {
            var row = logits.AsSpan((target - 1) * 320, 320);
            nats += Logits.LogSumExp(row) - row[ids[target]];
        }

        return nats;
    }
}
