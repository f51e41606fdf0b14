using PlamoNative.Cli.Verbs;
using Xunit;

namespace PlamoNative.Cli.Tests;

/// <summary>What holds for every verb: help, wrong usage, the device line, traces.</summary>
public sealed class FrameTests
{
    public static TheoryData<string> VerbNames => [.. VerbCatalog.Entries.Select(static entry => entry.Name)];

    [Theory]
    [MemberData(nameof(VerbNames))]
    public void Every_verb_has_help_with_an_example_and_the_common_options(string name)
    {
        var run = CommandRun.Of([.. name.Split(' '), "--help"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
        Assert.Contains($"Example:\n  plamo {name}", run.Output, StringComparison.Ordinal);
        foreach (var option in new[] { "--device <auto|cpu|cuda:N>", "--seed <N>", "--threads <N>", "--json", "--trace <FILE>" })
        {
            Assert.Contains(option, run.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(VerbNames))]
    public void The_example_of_every_verb_uses_only_options_that_exist(string name)
    {
        var entry = VerbCatalog.Entries.Single(entry => entry.Name == name);
        var run = CommandRun.Of([.. entry.Example.Split(' ').Skip(1), "--device", "cuda:99999"]);
        run.RefusesWith("cuda:99999", "not available");
    }

    [Fact]
    public void Help_of_the_whole_lists_every_verb()
    {
        var run = CommandRun.Of("--help");
        Assert.Equal(0, run.ExitCode);
        foreach (var entry in VerbCatalog.Entries)
        {
            Assert.Contains(entry.Name.Split(' ')[0], run.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("inffo", "error: unknown verb 'inffo' (did you mean 'info'?)")]
    [InlineData("tokenizer encod", "error: unknown verb 'tokenizer encod' (did you mean 'encode'?)")]
    [InlineData("zzz", "error: unknown verb 'zzz'")]
    [InlineData("info --jsn", "error: unknown option '--jsn' (did you mean '--json'?)")]
    [InlineData("tokenizer encode --modell X", "error: unknown option '--modell' (did you mean '--model'?)")]
    public void Usage_follows_an_unknown_name(string line, string message)
    {
        var run = CommandRun.Of(line.Split(' '));
        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.OutputBytes);
        Assert.Equal(message, run.ErrorLines[0]);
        Assert.Contains("Usage:", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "expected a verb")]
    [InlineData("tokenizer", "expected a verb (train, encode, decode)")]
    [InlineData("info what", "expected options only, found 'what'")]
    [InlineData("info --threads", "--threads: expected one value (N), found none")]
    [InlineData("info --threads 0", "--threads: expected a whole number from 1 to 1024, found '0'")]
    [InlineData("info --threads -2", "--threads: expected a whole number from 1 to 1024, found '-2'")]
    [InlineData("info --threads 9999999999999", "--threads: expected a whole number from 1 to 1024")]
    [InlineData("info --threads 1,5", "--threads: expected a whole number")]
    [InlineData("info --seed -1", "--seed: expected a whole number from 0")]
    [InlineData("info --seed 1 --seed 2", "--seed: expected one value (N), found 2 values")]
    [InlineData("info --device gpu", "--device: expected auto, cpu or cuda:N, found 'gpu'")]
    [InlineData("info --device cuda:x", "expected auto, cpu or cuda:N")]
    [InlineData("info --device cuda:-1", "expected auto, cpu or cuda:N")]
    [InlineData("info --device cuda:99999", "device 'cuda:99999' is not available")]
    [InlineData("info --trace /", "/: cannot be written")]
    public void Wrong_usage_is_one_line(string line, string message) =>
        CommandRun.Of(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).RefusesWith(message);

    [Fact]
    public void A_value_with_line_breaks_stays_on_one_line() => CommandRun.Of("info", "--device", "cpu\nor\u2028so").RefusesWith("cpu\\u000aor\\u2028so");

    [Fact]
    public void A_cancelled_command_ends_as_shells_expect()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var run = CommandRun.Of(Stream.Null, stop.Token, "info");
        Assert.Equal(130, run.ExitCode);
        Assert.Equal("error: stopped\n", run.Error);
    }

    [Fact]
    public void A_trace_is_a_chrome_trace()
    {
        using var place = new Workplace();
        CommandRun.Of("info", "--trace", place["trace.json"]).Succeeds();
        using var trace = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(place["trace.json"]));
        Assert.Equal(System.Text.Json.JsonValueKind.Array, trace.RootElement.GetProperty("traceEvents").ValueKind);
    }

    [Fact]
    public void An_unexpected_failure_is_one_line_and_exit_code_1()
    {
        using var output = new FailingStream();
        using var error = new MemoryStream();
        var exitCode = PlamoCommand.Invoke(["info"], new CommandStreams(Stream.Null, output, error), TestContext.Current.CancellationToken);
        var lines = System.Text.Encoding.UTF8.GetString(error.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(1, exitCode);
        Assert.Equal("error: no space left", Assert.Single(lines, static line => !line.StartsWith("device: ", StringComparison.Ordinal)));
    }

    /// <summary>Standard output on a full disk.</summary>
    private sealed class FailingStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("no space left");

        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("no space left");
    }
}
