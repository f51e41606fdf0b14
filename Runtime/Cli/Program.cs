using System.Runtime.InteropServices;
using PlamoNative.Cli;
using PlamoNative.Cli.Input;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

// The process's own streams as bytes: what is read and written is UTF-8 whatever the locale says.
var streams = new CommandStreams(
    Console.OpenStandardInput(), Console.OpenStandardOutput(), Console.OpenStandardError(),
    inputIsTerminal: !Console.IsInputRedirected, outputIsTerminal: !Console.IsOutputRedirected, errorIsTerminal: !Console.IsErrorRedirected);
if (RawArguments.FindMalformed(args) is { } problem)
{
    streams.ErrorWriter.WriteLine($"error: {problem}");
    return ExitCodes.BadInput;
}

return PlamoCommand.Invoke(args, streams, stop.Token);

// The first signal asks the verb to stop at its next step; the second one ends the process in the system's own way.
void Stop(PosixSignalContext signal)
{
    if (!stop.IsCancellationRequested)
    {
        signal.Cancel = true;
        stop.Cancel();
    }
}
