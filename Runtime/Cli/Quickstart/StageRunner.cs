using System.Text.Json;
using PlamoNative.Cli.Rendering;
using PlamoNative.Cli.Verbs;

namespace PlamoNative.Cli.Quickstart;

/// <summary>Runs command lines one after the other, shows each, and keeps its JSON answer.</summary>
internal sealed class StageRunner(VerbContext context, IReadOnlyList<string> common)
{
    private readonly List<(string Name, string Command, JsonElement Answer)> _done = [];

    internal IReadOnlyList<(string Name, string Command, JsonElement Answer)> Done => _done;

    internal JsonElement Run(string name, params string[] arguments)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        var command = $"plamo {string.Join(' ', arguments)}";
        var shown = context.IsJson ? context.Streams.ErrorWriter : context.Streams.OutputWriter;
        shown.WriteLine($"{_done.Count + 1}. {name}");
        shown.WriteLine($"   {OneLineText.Clean(command)}");
        shown.Flush();
        using var output = new MemoryStream();
        using var errors = new MemoryStream();
        var exitCode = PlamoCommand.Invoke([.. arguments, .. common], new CommandStreams(Stream.Null, output, errors), context.Cancellation);
        if (exitCode != ExitCodes.Done)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var lines = CommandStreams.Utf8.GetString(errors.ToArray()).TrimEnd().Split('\n');
            throw new IOException($"the stage '{name}' failed: {lines[^1]}");
        }

        using var json = JsonDocument.Parse(output.ToArray());
        var answer = json.RootElement.Clone();
        _done.Add((name, command, answer));
        return answer;
    }
}
