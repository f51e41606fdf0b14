using System.Diagnostics;
using PlamoNative.Cli.Parsing;

namespace PlamoNative.Cli.Kernels;

/// <summary>Machine code by NVIDIA's own <c>ptxas</c> and <c>nvdisasm</c>, where they are at hand.</summary>
internal static class Disassembler
{
    private const string FolderVariable = "PLAMO_CUDA_TOOLS";

    /// <summary>The folder with both programs: named by the variable, in a clone's <c>.tools</c>, or on the path.</summary>
    /// <exception cref="UsageException">They are not there.</exception>
    internal static string Find(string? named, string? searchPath, string workingFolder)
    {
        var folders = string.IsNullOrEmpty(named) ? Nearby(workingFolder).Concat((searchPath ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)) : [Path.Combine(named, "bin"), named];
        return folders.FirstOrDefault(static folder => HasTool(folder, "ptxas") && HasTool(folder, "nvdisasm")) ?? throw new UsageException(
            $"expected ptxas and nvdisasm of a CUDA toolkit, found neither {(string.IsNullOrEmpty(named) ? "on the path nor in .tools" : $"in {named}")}: "
            + $"run scripts/get-cuda-assembler.sh in a clone of the repository, or set {FolderVariable} to their folder");
    }

    /// <inheritdoc cref="Find(string?, string?, string)"/>
    internal static string Find() => Find(Environment.GetEnvironmentVariable(FolderVariable), Environment.GetEnvironmentVariable("PATH"), Environment.CurrentDirectory);

    /// <summary>The listing of one PTX text.</summary>
    /// <param name="tools">The programs' folder.</param>
    /// <param name="ptx">The text.</param>
    /// <param name="target">Its target: <c>sm_80</c>.</param>
    internal static string Disassemble(string tools, string ptx, string target)
    {
        var folder = Directory.CreateTempSubdirectory("plamo-sass-").FullName;
        try
        {
            var (text, cubin) = (Path.Combine(folder, "kernel.ptx"), Path.Combine(folder, "kernel.cubin"));
            File.WriteAllText(text, ptx);
            Run(Path.Combine(tools, "ptxas"), $"-arch={target}", text, "-o", cubin);
            return Run(Path.Combine(tools, "nvdisasm"), "-c", cubin);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<string> Nearby(string workingFolder)
    {
        for (var folder = new DirectoryInfo(workingFolder); folder is not null; folder = folder.Parent)
        {
            yield return Path.Combine(folder.FullName, ".tools", "cuda-12.4", "bin");
        }
    }

    private static bool HasTool(string folder, string tool) => File.Exists(Path.Combine(folder, tool)) || File.Exists(Path.Combine(folder, tool + ".exe"));

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new IOException($"{program} does not start");
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new IOException($"{Path.GetFileName(program)} failed with {process.ExitCode}: {error.GetAwaiter().GetResult().Trim()}");
    }
}
