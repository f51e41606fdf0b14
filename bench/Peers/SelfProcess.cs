using System.Collections;
using System.Diagnostics;

namespace PlamoNative.Bench.Peers;

/// <summary>This program once more as a child, with another environment or other arguments: native libraries read the environment when they are loaded.</summary>
internal static class SelfProcess
{
    /// <summary>Runs the same command without the given variables, when any of them is set; null when none is, and the caller goes on itself.</summary>
    public static int? RunWithout(IReadOnlyList<string> variables, IReadOnlyList<string> arguments)
    {
        var set = variables.Where(name => Environment.GetEnvironmentVariable(name) is not null).ToArray();
        if (set.Length == 0)
        {
            return null;
        }

        Console.Error.WriteLine($"removed for this run: {string.Join(", ", set)}");
        var start = Describe(arguments);
        foreach (var name in set)
        {
            start.Environment.Remove(name);
        }

        using var child = Process.Start(start) ?? throw new InvalidOperationException("the program could not start itself");
        child.WaitForExit();
        return child.ExitCode;
    }

    /// <summary>How this program is started again.</summary>
    public static ProcessStartInfo Describe(IReadOnlyList<string> arguments)
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("this process has no path");
        var start = new ProcessStartInfo(program);
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(typeof(SelfProcess).Assembly.Location);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }
}
