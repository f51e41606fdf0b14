using System.Text.Json;
using Xunit;

namespace PlamoNative.Cli.Tests.Verbs;

/// <summary>The verb around a training run; what the run computes is tested with the trainer.</summary>
public sealed class TrainTests(SmallModel small) : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void A_run_leaves_a_model_that_writes_records_and_a_picture()
    {
        var answer = CommandRun.Of("train", "--config", Config(), "--json").Succeeds().Json;
        Assert.Equal((6, 6 * 128), (answer.GetProperty("steps").GetInt32(), answer.GetProperty("tokens").GetInt32()));
        Assert.True(answer.GetProperty("heldout_loss_last").GetDouble() < answer.GetProperty("heldout_loss_first").GetDouble());
        Assert.True(answer.GetProperty("train_loss").GetDouble() > 0);
        Assert.True(Directory.Exists(answer.GetProperty("checkpoint").GetString()));
        Assert.Equal("train", Assert.Single(answer.GetProperty("stages").EnumerateArray()).GetProperty("stage").GetString());
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(_place["run/loss.png"])[..4]);
        Assert.Equal(6, File.ReadLines(_place["run/metrics.jsonl"]).Count(static line => line.Contains("\"step\"", StringComparison.Ordinal) && line.Contains("gradient_norm", StringComparison.Ordinal)));
        CommandRun.Of("generate", "--model", answer.GetProperty("model").GetString()!, "--prompt", "吾輩は", "--max-tokens", "4").Succeeds();
    }

    [Fact]
    public void Lines_tell_of_the_run_where_nobody_sits_at_a_terminal()
    {
        var run = CommandRun.Of("train", "--config", Config()).Succeeds();
        Assert.Contains(run.ErrorLines, line => line.StartsWith("run: ", StringComparison.Ordinal) && line.Contains("parameters", StringComparison.Ordinal));
        Assert.Contains(run.ErrorLines, line => line.StartsWith("step 6 of 6: loss ", StringComparison.Ordinal) && line.Contains("tokens/s", StringComparison.Ordinal));
        Assert.Contains(run.ErrorLines, line => line.StartsWith("held-out text after step 0: loss ", StringComparison.Ordinal));
        Assert.StartsWith("complete: 6 steps, 768 tokens", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_in_two_parts_equals_a_run_in_one()
    {
        var config = Config();
        CommandRun.Of("train", "--config", config, "--set", "output=" + _place["whole"]).Succeeds();
        CommandRun.Of("train", "--config", config, "--set", "schedule.kind=constant", "output=" + _place["a"]).Succeeds();
        CommandRun.Of("train", "--config", config, "--set", "schedule.kind=constant", "output=" + _place["b"], "--set", "schedule.steps=3").Succeeds();
        var resumed = CommandRun.Of("train", "--config", config, "--set", "schedule.kind=constant", "output=" + _place["b"], "--resume", "--json").Succeeds().Json;
        Assert.Equal(6, resumed.GetProperty("steps").GetInt32());
        Assert.Equal(File.ReadAllBytes(_place["a/model/model.safetensors"]), File.ReadAllBytes(_place["b/model/model.safetensors"]));
        Assert.NotEqual(File.ReadAllBytes(_place["a/model/model.safetensors"]), File.ReadAllBytes(_place["whole/model/model.safetensors"]));
    }

    [Fact]
    public void Ctrl_c_saves_and_ends_well()
    {
        using var stop = new CancellationTokenSource();
        using var output = new MemoryStream();
        using var error = new WatchedStream("held-out text after step 2", stop.Cancel);
        var exitCode = PlamoCommand.Invoke(
            ["train", "--config", Config(), "--json", "--set", "schedule.steps=100000", "validation.every=2"], new CommandStreams(Stream.Null, output, error), stop.Token);
        Assert.Equal(0, exitCode);
        using var answer = JsonDocument.Parse(output.ToArray());
        Assert.Equal("interrupted", answer.RootElement.GetProperty("ending").GetString());
        Assert.InRange(answer.RootElement.GetProperty("steps").GetInt32(), 2, 3);
        Assert.True(Directory.Exists(answer.RootElement.GetProperty("checkpoint").GetString()));
    }

    [Fact]
    public void Samples_are_shown_and_kept_and_records_can_be_left_out()
    {
        var run = CommandRun.Of(
            "train", "--config", Config(), "--set", "validation.sample_prompts=[3匹の]", "validation.sample_tokens=5", "recording={jsonl: false, csv: false, tensorboard: false}", "--json").Succeeds();
        Assert.Equal(3, run.ErrorLines.Count(static line => line.StartsWith("sample: 3匹の | ", StringComparison.Ordinal)));
        Assert.Equal(["step-00000000-1.txt", "step-00000003-1.txt", "step-00000006-1.txt"], Directory.GetFiles(_place["run/samples"]).Select(Path.GetFileName).Order());
        Assert.False(File.Exists(_place["run/metrics.jsonl"]));
        Assert.Equal(JsonValueKind.Null, run.Json.GetProperty("plot").ValueKind);
        Assert.True(run.Json.GetProperty("train_loss").GetDouble() > 0);
    }

    [Fact]
    public void A_run_without_a_checkpoint_begins_anew_when_it_is_resumed()
    {
        _place.File("run/metrics.jsonl", "");
        CommandRun.Of("train", "--config", Config(), "--resume").Succeeds();
        var first = File.ReadAllBytes(_place["run/model/model.safetensors"]);
        Directory.Delete(_place["run/checkpoints"], recursive: true);
        CommandRun.Of("train", "--config", Config(), "--resume").Succeeds();
        Assert.Equal(first, File.ReadAllBytes(_place["run/model/model.safetensors"]));
        Assert.Equal(6, CommandRun.Of("train", "--config", Config(), "--resume", "--json").Succeeds().Json.GetProperty("steps").GetInt32());
    }

    [Fact]
    public void Common_options_go_before_the_file()
    {
        CommandRun.Of("train", "--config", Config(), "--seed", "5", "--threads", "1").Succeeds();
        var written = File.ReadAllLines(_place["run/config.yaml"]);
        Assert.Contains("seed: 5", written);
        Assert.Contains("threads: 1", written);
    }

    [Fact]
    public void Mistakes_are_one_line()
    {
        var config = Config();
        CommandRun.Of("train").RefusesWith("--config: expected a YAML file, found nothing");
        CommandRun.Of("train", "--config", _place["none.yaml"]).RefusesWith("none.yaml");
        CommandRun.Of("train", "--config", _place.Root).RefusesWith(_place.Root);
        CommandRun.Of("train", "--config", _place.Pipe("pipe.yaml")).RefusesWith("pipe.yaml");
        CommandRun.Of("train", "--config", config, "--set", "optimizer.learnig_rate=1").RefusesWith("unknown key 'learnig_rate'", "did you mean 'learning_rate'?");
        CommandRun.Of("train", "--config", config, "--set", "seed").RefusesWith("--set: assignment: expected KEY=VALUE");
        CommandRun.Of("train", "--config", config, "--set", "data.sources.0.files=nothing-here.txt").RefusesWith("nothing-here.txt");
        CommandRun.Of("train", "--config", config, "--set", "tokenizer.path=nothing-here").RefusesWith("nothing-here");
        CommandRun.Of("train", "--config", config, "--set", "output=" + _place["new"], "--resume").RefusesWith("new", "no run");
        CommandRun.Of("train", "--config", _place.File("wrong.yaml", File.ReadAllText(config).Replace("steps: 6", "steps: six", StringComparison.Ordinal)))
            .RefusesWith("wrong.yaml:7: schedule.steps: expected a whole number, found 'six'");
    }

    private string Config()
    {
        var lines = Enumerable.Range(0, 300).Select(static i => $"{i % 7}匹の猫が{i % 5}回ニャーと泣いた。");
        var text = _place.File("text.txt", string.Join('\n', lines));
        return _place.File("run.yaml", $$$"""
            model: {preset: plamo-2-nano, overrides: {hidden_size: 32, num_hidden_layers: 2, intermediate_size: 48}}
            tokenizer: {path: '{{{small.Tokenizer}}}'}
            data: {sources: [{files: ['{{{text}}}']}], heldout: {fraction: 0.1}, sequence_length: 32}
            batch: {tokens: 128}
            optimizer: {learning_rate: 3e-3}
            validation: {every: 3}
            schedule: {steps: 6, warmup_steps: 1}
            checkpoint: {every: 3}
            output: '{{{_place["run"]}}}'
            """);
    }

    /// <summary>Standard error that does something when a text goes by.</summary>
    private sealed class WatchedStream(string text, Action whenSeen) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer.ToArray(), 0, buffer.Length);

        public override void Write(byte[] buffer, int offset, int count)
        {
            base.Write(buffer, offset, count);
            if (System.Text.Encoding.UTF8.GetString(ToArray()).Contains(text, StringComparison.Ordinal))
            {
                whenSeen();
            }
        }
    }
}
