using System.Diagnostics;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Compilation.Tests;

/// <summary>The worked example of docs/adding-an-operator.md, a project outside of the solution, builds and does what the page says.</summary>
public sealed class OwnKernelTests
{
    [Fact]
    public void The_worked_example_compiles_its_own_kernel()
    {
        var project = Path.Combine(SharedData.RepositoryRoot, "docs", "own-kernel");
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

        // What it refers to has been built for this test already, and another process may be using it.
        Run("build", project, "-c", configuration, "-v", "q", "-p:BuildProjectReferences=false", "-p:NuGetAudit=false");
        var output = Run(Path.Combine(project, "bin", configuration, "net10.0", "OwnKernel.dll"), "75");
        Assert.Contains(".visible .entry CapKernels_Forward(", output);
        Assert.Contains("ld.global.v4.f32", output);
        Assert.Contains("tanh.approx.f32", output);
        Assert.Contains("CapKernels.Forward sm_90: 40 bytes of parameters", output);
    }

    private static string Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        Array.ForEach(arguments, start.ArgumentList.Add);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output + errors.GetAwaiter().GetResult());
        return output;
    }
}
