using System.Text;
using System.Text.Json;
using Xunit;

namespace PlamoNative.Cli.Tests;

/// <summary>One run of the command in this process: arguments and standard input in, exit code and both outputs back.</summary>
internal sealed record CommandRun(int ExitCode, byte[] OutputBytes, string Error, string CommandLine)
{
    internal string Output => Encoding.UTF8.GetString(OutputBytes);

    internal string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Standard output as the one JSON object that it must be.</summary>
    internal JsonElement Json
    {
        get
        {
            Assert.Equal(1, Output.Count(static character => character == '\n'));
            using var document = JsonDocument.Parse(Output);
            Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
            return document.RootElement.Clone();
        }
    }

    internal static CommandRun Of(params string[] arguments) => Of([], arguments);

    internal static CommandRun Of(ReadOnlySpan<byte> input, params string[] arguments)
    {
        using var inputStream = new MemoryStream(input.ToArray());
        return Of(inputStream, TestContext.Current.CancellationToken, arguments);
    }

    internal static CommandRun Of(Stream input, CancellationToken cancellation, params string[] arguments)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var exitCode = PlamoCommand.Invoke(arguments, new CommandStreams(input, output, error), cancellation);
        return new CommandRun(exitCode, output.ToArray(), Encoding.UTF8.GetString(error.ToArray()), string.Join(' ', arguments));
    }

    /// <summary>The run did its work; the device is the first thing on standard error.</summary>
    internal CommandRun Succeeds()
    {
        Assert.True(ExitCode == 0, $"{CommandLine}: exit code {ExitCode}: {Error}");
        Assert.StartsWith("device: cpu (", Error, StringComparison.Ordinal);
        return this;
    }

    /// <summary>The run refused an input: exit code 2, nothing on standard output, exactly one line on standard error that holds all the words.</summary>
    internal CommandRun RefusesWith(params string[] words)
    {
        Assert.True(ExitCode == 2, $"{CommandLine}: exit code {ExitCode}: {Error}");
        Assert.Empty(OutputBytes);
        Assert.True(ErrorLines.Length == 1 && Error.EndsWith('\n'), $"{CommandLine}: not one line: {Error}");
        Assert.StartsWith("error: ", Error, StringComparison.Ordinal);
        foreach (var word in words)
        {
            Assert.Contains(word, Error, StringComparison.Ordinal);
        }

        return this;
    }
}
