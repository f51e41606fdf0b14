using Xunit;

namespace PlamoNative.Cli.Tests.Verbs;

public sealed class QuickstartTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void A_short_quickstart_shows_samples_before_and_after_and_where_everything_lies()
    {
        var run = CommandRun.Of("quickstart", "--out", _place["Q"], "--seconds", "2", "--json").Succeeds();
        var answer = run.Json;
        var steps = answer.GetProperty("steps").GetInt32();
        Assert.True(answer.GetProperty("heldout_loss_last").GetDouble() > 0);
        Assert.Equal(["corpus", "train", "write"], answer.GetProperty("stages").EnumerateArray().Select(static stage => stage.GetProperty("stage").GetString()));
        var samples = answer.GetProperty("samples").EnumerateArray().ToArray();
        Assert.Equal(5, samples.Length);

        // A busy machine may have no time for a step; then nothing has changed.
        Assert.All(samples, sample => Assert.Equal(steps == 0, sample.GetProperty("before").GetString() == sample.GetProperty("after").GetString()));
        Assert.Contains(samples, static sample => sample.GetProperty("answer").GetString() is { Length: > 0 });
        foreach (var name in new[] { "corpus/train.txt", "corpus/heldout.txt", "run/config.yaml", "run/metrics.jsonl", "run/loss.png", "run/model/model.safetensors", "run/tokenizer/tokenizer.jsonl" })
        {
            Assert.True(File.Exists(_place[$"Q/{name}"]), name);
        }

        CommandRun.Of("quickstart", "--out", _place["Q"]).RefusesWith("--out: expected a folder without a run", "run");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("soon")]
    public void The_time_is_a_number_of_seconds(string seconds) =>
        CommandRun.Of("quickstart", "--out", _place["Q"], "--seconds", seconds).RefusesWith("--seconds: expected a whole number from 1 to 86400", seconds);
}
