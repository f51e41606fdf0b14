namespace PlamoNative.PtxEmulator;

/// <summary>The command: <c>FILE.ptx --launch LAUNCH.json [--json]</c>.</summary>
internal static class EmulatorCommand
{
    internal static int Run(string[] arguments)
    {
        Console.Error.WriteLine($"expected FILE.ptx --launch LAUNCH.json [--json], found {arguments.Length} arguments");
        return 2;
    }
}
