using System.CommandLine;
using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Rendering;
using PlamoNative.Cli.Verbs;

namespace PlamoNative.Cli;

/// <summary>The command as a function of its arguments and streams; the process adds nothing but its own streams and signals.</summary>
internal static class PlamoCommand
{
    /// <summary>Runs a command line.</summary>
    /// <returns>An exit code, see <see cref="ExitCodes"/>.</returns>
    internal static int Invoke(IReadOnlyList<string> arguments, CommandStreams streams, CancellationToken cancellation = default)
    {
        try
        {
            var exitCode = ParseAndRun(arguments, streams, cancellation);
            streams.OutputWriter.Flush();
            return exitCode;
        }
        catch (Exception failure)
        {
            return Report(failure, streams, inputsAccepted: true);
        }
    }

    private static int ParseAndRun(IReadOnlyList<string> arguments, CommandStreams streams, CancellationToken cancellation)
    {
        var common = new CommonOptions();
        var root = CommandTree.Build(arguments, common, (parsed, verb) => Run(parsed, verb, common, streams, cancellation));
        var parsed = root.Parse(arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        var invocation = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = streams.OutputWriter, Error = streams.ErrorWriter,
        };
        if (parsed.Errors.Count == 0 || parsed.Action is { ClearsParseErrors: true })
        {
            return parsed.Invoke(invocation);
        }

        var (message, isUnknownName) = ParseErrors.Describe(parsed);
        streams.ErrorWriter.WriteLine($"error: {OneLineText.Clean(message)}");
        if (isUnknownName)
        {
            invocation.Output = streams.ErrorWriter;
            root.Parse([.. ParseErrors.CommandPath(parsed), "--help"], parsed.Configuration).Invoke(invocation);
        }

        return ExitCodes.BadInput;
    }

    private static int Run(ParseResult parsed, Verb verb, CommonOptions common, CommandStreams streams, CancellationToken cancellation)
    {
        var context = new VerbContext(parsed, common, streams, cancellation);
        try
        {
            using var trace = context.TracePath is { } path ? new TraceRecording(path) : null;
            var exitCode = verb.Run(context);
            streams.OutputWriter.Flush();
            trace?.Complete();
            return exitCode;
        }
        catch (Exception failure)
        {
            return Report(failure, streams, context.Notices.IsOpen);
        }
    }

    private static int Report(Exception failure, CommandStreams streams, bool inputsAccepted)
    {
        var (exitCode, message) = Failures.Describe(failure, inputsAccepted);
        streams.ErrorWriter.WriteLine($"error: {OneLineText.Clean(message)}");
        return exitCode;
    }
}
