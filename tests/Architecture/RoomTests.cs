using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace PlamoNative.Architecture.Tests;

/// <summary>The rooms of the house and who may know whom (docs/architecture.md).</summary>
public sealed class RoomTests
{
    /// <summary>Every edge that may exist between shipped projects; adding one here is a decision, not a repair.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["PlamoNative.Engine"] = [],
        ["PlamoNative.Kernels"] = ["PlamoNative.Engine"],
        ["PlamoNative.Compilation"] = ["PlamoNative.Engine"],
        ["PlamoNative.Compilation.Tool"] = ["PlamoNative.Compilation"],

        // For their files only: the resource assembly refers to no assembly of ours.
        ["PlamoNative.Kernels.Ptx"] = ["PlamoNative.Kernels", "PlamoNative.Compilation.Tool"],
        ["PlamoNative.Autograd"] = ["PlamoNative.Kernels", "PlamoNative.Engine"],
        ["PlamoNative.Runtime"] = ["PlamoNative.Kernels", "PlamoNative.Engine"],
        ["PlamoNative.Training"] = ["PlamoNative.Runtime", "PlamoNative.Autograd", "PlamoNative.Kernels", "PlamoNative.Engine"],
        ["PlamoNative"] = ["PlamoNative.Runtime"],
        ["PlamoNative.Cli"] = ["PlamoNative.Runtime", "PlamoNative.Training", "PlamoNative.Kernels.Ptx"],
    };

    /// <summary>Packages that a shipped library may bring into an embedder's service.</summary>
    private static readonly Dictionary<string, string[]> AllowedPackages = new(StringComparer.Ordinal)
    {
        ["PlamoNative.Engine"] = [],
        ["PlamoNative.Kernels"] = ["System.Numerics.Tensors", "ILGPU"],
        ["PlamoNative.Compilation"] = ["ILGPU"],
        ["PlamoNative.Kernels.Ptx"] = [],
        ["PlamoNative.Runtime"] =
        [
            "Microsoft.ML.Tokenizers", "Microsoft.Extensions.AI.Abstractions", "Microsoft.Extensions.DependencyInjection.Abstractions",
            "Microsoft.Extensions.Logging.Abstractions", "Microsoft.Extensions.Options",
        ],
        ["PlamoNative.Autograd"] = [],
        ["PlamoNative.Training"] = ["YamlDotNet", "Google.Protobuf", "Parquet.Net", "SharpCompress"],
        ["PlamoNative"] = [],
    };

    private const string PublicApiAnalyzer = "Microsoft.CodeAnalysis.PublicApiAnalyzers";

    private static IEnumerable<string> Shipped => Repository.Projects.Where(p => !p.StartsWith("tests/", StringComparison.Ordinal) && !p.StartsWith("bench/", StringComparison.Ordinal));

    [Fact]
    public void Shipped_projects_import_only_the_rooms_below_them()
    {
        foreach (var project in Shipped)
        {
            var name = Repository.NameOf(project);
            Assert.True(Allowed.TryGetValue(name, out var allowed), $"{name} is not a room that docs/architecture.md knows");
            Assert.Empty(Repository.ReferencesOf(project).Except(allowed));
        }
    }

    [Fact]
    public void Nothing_shipped_refers_to_tests_or_benchmarks()
    {
        foreach (var project in Shipped)
        {
            Assert.DoesNotContain(Repository.ReferencesOf(project), r => r.Contains("Tests", StringComparison.Ordinal) || r.Contains("Bench", StringComparison.Ordinal));
        }

        Assert.DoesNotContain(Repository.Projects.SelectMany(Repository.ReferencesOf), r => r == "PlamoNative.Bench.Peers");
    }

    [Fact]
    public void Libraries_bring_only_the_agreed_packages()
    {
        foreach (var project in Shipped.Where(p => AllowedPackages.ContainsKey(Repository.NameOf(p))))
        {
            Assert.Empty(Repository.PackagesOf(project).Except([.. AllowedPackages[Repository.NameOf(project)], PublicApiAnalyzer]));
        }
    }

    [Fact]
    public void Libraries_have_no_native_asset_in_their_closure()
    {
        foreach (var project in Shipped.Where(p => AllowedPackages.ContainsKey(Repository.NameOf(p))))
        {
            var assets = Path.Combine(Repository.Root, Path.GetDirectoryName(project)!, "obj", "project.assets.json");
            Assert.SkipUnless(File.Exists(assets), $"{project} has not been restored in this folder");
            using var json = JsonDocument.Parse(File.ReadAllText(assets));
            var files = json.RootElement.GetProperty("libraries").EnumerateObject()
                .Where(library => library.Value.TryGetProperty("files", out _))
                .SelectMany(library => library.Value.GetProperty("files").EnumerateArray().Select(file => $"{library.Name}: {file.GetString()}"));
            Assert.DoesNotContain(files, file => file.Contains("/native/", StringComparison.Ordinal)
                || file.EndsWith(".so", StringComparison.Ordinal) || file.EndsWith(".dylib", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_project_but_the_peers_is_in_the_solution()
    {
        var solution = Repository.Read("PlamoNative.sln").Replace('\\', '/');
        foreach (var project in Repository.Projects.Where(p => !p.StartsWith("bench/Peers/", StringComparison.Ordinal)))
        {
            Assert.Contains($"\"{project}\"", solution, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("Peers", solution, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_project_targets_net10_and_says_so_in_one_place()
    {
        Assert.Contains("<TargetFramework>net10.0</TargetFramework>", Repository.Read("Directory.Build.props"), StringComparison.Ordinal);
        Assert.DoesNotContain(Repository.Projects, p => Repository.Read(p).Contains("<TargetFramework", StringComparison.Ordinal));
    }

    [Fact]
    public void A_project_compiles_no_file_of_a_project_nested_in_its_folder()
    {
        foreach (var project in Repository.Projects)
        {
            var folder = Path.GetDirectoryName(project)!.Replace('\\', '/');
            var nested = Repository.Projects.Where(p => p != project && p.StartsWith(folder + "/", StringComparison.Ordinal)).ToArray();
            if (nested.Length == 0)
            {
                continue;
            }

            var start = new ProcessStartInfo("dotnet", $"msbuild {project} -getItem:Compile -p:DesignTimeBuild=true") { WorkingDirectory = Repository.Root, RedirectStandardOutput = true };
            using var msbuild = Process.Start(start)!;
            var output = msbuild.StandardOutput.ReadToEnd();
            msbuild.WaitForExit();
            Assert.Equal(0, msbuild.ExitCode);
            using var json = JsonDocument.Parse(output);
            var compiled = json.RootElement.GetProperty("Items").GetProperty("Compile").EnumerateArray().Select(i => i.GetProperty("FullPath").GetString()!).ToArray();
            foreach (var inner in nested.Select(n => Path.Combine(Repository.Root, Path.GetDirectoryName(n)!) + Path.DirectorySeparatorChar))
            {
                Assert.DoesNotContain(compiled, file => file.StartsWith(inner, StringComparison.Ordinal));
            }
        }
    }
}
