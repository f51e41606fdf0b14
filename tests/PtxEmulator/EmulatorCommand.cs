using System.Text.Json;
using PlamoNative.Engine;
using PlamoNative.PtxEmulator.Commands;
using PlamoNative.PtxEmulator.Numerics;

namespace PlamoNative.PtxEmulator;

/// <summary>
/// The command: <c>FILE.ptx --launch LAUNCH.json [--json] [--time] [--no-checks]</c>. Exit 0 without findings, 1 with, 2 for bad input, which gets one
/// line on standard error.
/// </summary>
public static class EmulatorCommand
{
    private const string Usage = "FILE.ptx --launch LAUNCH.json [--json] [--time] [--no-checks]";

    /// <summary>Runs the command on the console.</summary>
    public static int Run(string[] arguments) => Run(arguments, Console.Out, Console.Error);

    /// <summary>Runs the command with output to the given writers.</summary>
    public static int Run(string[] arguments, TextWriter output, TextWriter errors)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(errors);
        try
        {
            return Run(arguments, output);
        }
        catch (Exception exception) when (exception is PtxException or PtxRuleException or LaunchFileException or ModelFormatException or IOException or UnauthorizedAccessException
            or JsonException or ArgumentException or OverflowException)
        {
            errors.WriteLine(exception.Message.ReplaceLineEndings(" "));
            return 2;
        }
    }

    private static int Run(string[] arguments, TextWriter output)
    {
        string? file = null, launchFile = null;
        bool isJson = false, isTimed = false, checks = true;
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--launch" when i + 1 < arguments.Length:
                    launchFile = arguments[++i];
                    break;
                case "--json":
                    isJson = true;
                    break;
                case "--time":
                    isTimed = true;
                    break;
                case "--no-checks":
                    checks = false;
                    break;
                case "--help" or "-h":
                    output.WriteLine($"usage: {Usage}");
                    return 0;
                case var argument when !argument.StartsWith('-') && file is null:
                    file = argument;
                    break;
                default:
                    throw new LaunchFileException($"expected {Usage}, found '{arguments[i]}'");
            }
        }

        if (file is null || launchFile is null)
        {
            throw new LaunchFileException($"expected {Usage}, found {(file is null ? "no PTX file" : "no --launch")}");
        }

        var launch = LaunchFile.Read(launchFile);
        var machine = new Machine(new() { Checks = checks });
        PtxKernel kernel;
        try
        {
            kernel = machine.Load(File.ReadAllText(file)).Kernel(launch.Kernel);
        }
        catch (Exception exception) when (exception is PtxException or ArgumentException)
        {
            throw new LaunchFileException($"{file}: {exception.Message}");
        }

        using var arena = new LaunchArguments(machine, kernel, launch);
        var result = machine.Launch(kernel, launch.Grid, launch.Block, launch.DynamicSharedBytes, arena.Parameters);
        arena.WriteBack();
        if (isJson)
        {
            ResultWriter.WriteJson(output, result);
        }
        else
        {
            ResultWriter.WriteText(output, result);
        }

        if (isTimed)
        {
            var rate = result.Counts.ThreadInstructions / result.Elapsed.TotalSeconds / 1e6;
            output.WriteLine(FormattableString.Invariant($"{result.Elapsed.TotalMilliseconds:F1} ms, {rate:F1} million thread instructions a second"));
        }

        return result.Findings.Count > 0 ? 1 : 0;
    }
}
