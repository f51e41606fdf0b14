using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Assembly.Tests;

/// <summary>The committed page and table are what the assembler says now. With <c>PLAMO_WRITE_KERNEL_PAGE</c> set to 1 they are written instead.</summary>
public sealed class KernelPageTests
{
    [Fact]
    public void The_page_of_kernels_is_fresh() => Fresh(KernelPage.Write(ShippedKernels.All()), "docs", "kernels.md");

    [Fact]
    public void The_table_that_travels_with_the_kernels_is_fresh() => Fresh(AssemblyTableFile.Write(ShippedKernels.All()), "Kernels", "Compiled", "assembly.json");

    private static void Fresh(string expected, params string[] path)
    {
        var file = Path.Combine([SharedData.RepositoryRoot, .. path]);
        if (Environment.GetEnvironmentVariable("PLAMO_WRITE_KERNEL_PAGE") == "1")
        {
            File.WriteAllText(file, expected);
            return;
        }

        var found = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n").Split('\n') : [];
        var lines = expected.Split('\n');
        var line = Enumerable.Range(0, Math.Max(lines.Length, found.Length)).FirstOrDefault(i => lines.ElementAtOrDefault(i) != found.ElementAtOrDefault(i), -1);
        Assert.True(line < 0, $"{string.Join('/', path)} is stale: run scripts/update-kernel-page.sh; line {line + 1}: expected '{lines.ElementAtOrDefault(line)}', found '{found.ElementAtOrDefault(line)}'");
    }
}
