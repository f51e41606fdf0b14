using System.Diagnostics;
using System.Text.RegularExpressions;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Compilation.Tests;

/// <summary>The real <c>ptxas</c>, where <c>scripts/get-cuda-assembler.sh</c> has put it; a test that needs it skips otherwise, or fails under <c>PLAMO_REQUIRE_PTXAS</c>.</summary>
internal static partial class Assembler
{
    private static readonly string Folder = Environment.GetEnvironmentVariable("PLAMO_CUDA_TOOLS") is { Length: > 0 } named
        ? named : Path.Combine(SharedData.RepositoryRoot, ".tools", "cuda-12.4");

    private static readonly string Program = new[] { Path.Combine(Folder, "bin", "ptxas"), Path.Combine(Folder, "ptxas") }.FirstOrDefault(File.Exists) ?? "";

    /// <summary>What ptxas says with -v about a text; fails the test on an error, a stack, a spill or a warning about wgmma.</summary>
    public static string Accept(CompiledPtx ptx)
    {
        if (Program.Length == 0)
        {
            const string Hint = "needs ptxas: run scripts/get-cuda-assembler.sh, or set PLAMO_CUDA_TOOLS";
            Assert.False(Environment.GetEnvironmentVariable("PLAMO_REQUIRE_PTXAS") == "1", Hint);
            Assert.Skip(Hint);
        }

        var folder = Directory.CreateTempSubdirectory("plamo-compilation");
        try
        {
            var file = Path.Combine(folder.FullName, "kernel.ptx");
            File.WriteAllText(file, ptx.Text);
            var start = new ProcessStartInfo(Program) { RedirectStandardError = true, RedirectStandardOutput = true };
            foreach (var argument in (string[])["-v", "-arch=" + ptx.Target.Directive, file, "-o", Path.ChangeExtension(file, ".cubin")])
            {
                start.ArgumentList.Add(argument);
            }

            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var text = process.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"{ptx.Kernel.Name} for {ptx.Target}: {text}");
            Assert.True(Clean().IsMatch(text) && !text.Contains("Performance Loss", StringComparison.Ordinal), $"{ptx.Kernel.Name} for {ptx.Target}: {text}");
            return text;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [GeneratedRegex(@"\b0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads")]
    private static partial Regex Clean();
}
