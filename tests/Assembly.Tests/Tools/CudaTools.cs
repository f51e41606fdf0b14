using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.Assembly.Tests;

/// <summary>Where the assembler is: the folder that <c>PLAMO_CUDA_TOOLS</c> names, or <c>.tools/cuda-12.4</c> of the repository, which a script fills.</summary>
internal static class CudaTools
{
    private const string FolderVariable = "PLAMO_CUDA_TOOLS";
    private const string RequireVariable = "PLAMO_REQUIRE_PTXAS";

    /// <summary>The folder of <c>ptxas</c> and <c>nvdisasm</c>. Where it is missing the calling test skips with the way to get it, or fails if <c>PLAMO_REQUIRE_PTXAS</c> is 1.</summary>
    internal static string Require() =>
        Find(Environment.GetEnvironmentVariable(FolderVariable), SharedData.RepositoryRoot) ?? Missing(Environment.GetEnvironmentVariable(RequireVariable));

    /// <summary>The folder that holds the programs, itself or in its <c>bin</c>; null where there is none.</summary>
    internal static string? Find(string? named, string repositoryRoot)
    {
        var folder = string.IsNullOrEmpty(named) ? Path.Combine(repositoryRoot, ".tools", "cuda-12.4") : named;
        return new[] { Path.Combine(folder, "bin"), folder }.FirstOrDefault(static candidate =>
            File.Exists(Path.Combine(candidate, "ptxas")) && File.Exists(Path.Combine(candidate, "nvdisasm")));
    }

    /// <summary>Skips, or fails where the tools are required.</summary>
    internal static string Missing(string? required)
    {
        const string Hint = $"needs ptxas and nvdisasm: run scripts/get-cuda-assembler.sh, or set {FolderVariable} to the folder of a CUDA toolkit";
        Assert.False(required == "1", $"{RequireVariable} is 1, and this test {Hint}");
        Assert.Skip(Hint);
        return "";
    }
}
