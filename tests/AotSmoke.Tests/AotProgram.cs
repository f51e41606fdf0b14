using System.Security.Cryptography;
using System.Text.RegularExpressions;
using PlamoNative.Tests;
using Xunit;

namespace PlamoNative.AotSmoke.Tests;

/// <summary>tests/AotSmoke as a native program. It is published into this test's own output folder and again only when one of its inputs changed.</summary>
internal sealed partial class AotProgram
{
    private const string Name = "PlamoNative.AotSmoke";

    private AotProgram(string path, IEnumerable<string> log)
    {
        Path = path;
        WarningsOfOurs = [.. log.Where(IsWarningOfOurs).Distinct()];
    }

    /// <summary>The program.</summary>
    internal string Path { get; }

    /// <summary>What the trimmer and the native compiler hold against our assemblies.</summary>
    internal IReadOnlyList<string> WarningsOfOurs { get; }

    /// <summary>The program, or a skipped test where this machine cannot make one.</summary>
    internal static AotProgram Publish(CancellationToken cancellation)
    {
        Assert.SkipUnless(HasLinker(), OperatingSystem.IsWindows()
            ? "NativeAOT links with Visual Studio's C++ tools, which are not here"
            : "NativeAOT links with clang or gcc, and neither is on PATH");
        var folder = System.IO.Path.Combine(AppContext.BaseDirectory, "aot");
        var program = System.IO.Path.Combine(folder, "publish", OperatingSystem.IsWindows() ? Name + ".exe" : Name);
        var (log, stamp) = (System.IO.Path.Combine(folder, "publish.log"), System.IO.Path.Combine(folder, "inputs.sha256"));
        var inputs = HashInputs();
        if (!File.Exists(stamp) || File.ReadAllText(stamp) != inputs)
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            Directory.CreateDirectory(folder);
            File.WriteAllText(log, Publish(folder, cancellation));
            File.WriteAllText(stamp, inputs);
        }

        return new AotProgram(program, File.ReadLines(log));
    }

    /// <summary>Whether a line of a build's output is a warning (or error) of trimming or ahead-of-time compilation about our code.</summary>
    internal static bool IsWarningOfOurs(string line)
    {
        var match = Warning().Match(line);
        return match.Success && match.Groups["text"].Value.Contains("PlamoNative.", StringComparison.Ordinal);
    }

    private static string Publish(string folder, CancellationToken cancellation)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

        // The libraries are taken as they were built for this test; objects go to a new folder, so that the native compiler runs and says what it has to say.
        var run = ProcessRun.Start(
            "dotnet",
            [
                "publish", System.IO.Path.Combine(SharedData.RepositoryRoot, "tests", "AotSmoke"), "-c", configuration, "-o", System.IO.Path.Combine(folder, "publish"),
                "-v", "minimal", "--tl:off", "--disable-build-servers", "-p:BuildProjectReferences=false",
                $"-p:NativeIntermediateOutputPath={System.IO.Path.Combine(folder, "native")}/",
            ],
            cancellation);
        var reason = Unavailable().Match(run.Output);
        Assert.SkipWhen(reason.Success, $"NativeAOT's compiler cannot be restored: {reason.Value}");
        Assert.True(run.ExitCode == 0, run.Output);
        return run.Output;
    }

    private static bool HasLinker()
    {
        if (OperatingSystem.IsWindows())
        {
            return File.Exists(System.IO.Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.ProgramFilesX86), "Microsoft Visual Studio", "Installer", "vswhere.exe"));
        }

        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Any(folder => File.Exists(System.IO.Path.Combine(folder, "clang")) || File.Exists(System.IO.Path.Combine(folder, "gcc")));
    }

    /// <summary>A hash of what the program is made of: our assemblies as this test runs them, the project, the rules it inherits, the version of .NET.</summary>
    private static string HashInputs()
    {
        var root = SharedData.RepositoryRoot;
        string[] files =
        [
            .. Directory.EnumerateFiles(AppContext.BaseDirectory, "PlamoNative.*.dll").Where(file => !System.IO.Path.GetFileName(file).Contains("Tests", StringComparison.Ordinal)),
            .. Directory.EnumerateFiles(System.IO.Path.Combine(root, "tests", "AotSmoke"), "*.csproj"),
            .. Directory.EnumerateFiles(root, "Directory.*"),
        ];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(Environment.Version.ToString()));
        foreach (var file in files.OrderBy(static file => file, StringComparer.Ordinal))
        {
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(file)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A code of the trimmer or the native compiler and what follows it, without the project that ends every line of a build.</summary>
    [GeneratedRegex(@"(?:warning|error) IL[23]\d{3}: (?<text>.*?)(?: \[[^\]]*\])?$")]
    private static partial Regex Warning();

    /// <summary>Every other package was restored for this test already: what is missing is the native compiler or its runtime.</summary>
    [GeneratedRegex(@"error NU1(?:100|101|102|301): [^\r\n]*")]
    private static partial Regex Unavailable();
}
