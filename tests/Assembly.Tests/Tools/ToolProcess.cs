using System.Diagnostics;

namespace PlamoNative.Assembly.Tests;

/// <summary>One run of a tool: exit code and both outputs.</summary>
internal sealed record ToolProcess(int ExitCode, string Output, string Error)
{
    internal static ToolProcess Run(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start");
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ToolProcess(process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
