using System.Diagnostics;
using System.Xml.Linq;
using PlamoNative.Tests;

namespace PlamoNative.Architecture.Tests;

/// <summary>The checkout as these tests see it: tracked files and project files.</summary>
internal static class Repository
{
    internal static string Root => SharedData.RepositoryRoot;

    /// <summary>Every file under version control, or every file outside of build folders where there is no git.</summary>
    internal static IReadOnlyList<string> Files { get; } = ListFiles();

    /// <summary>The projects of the solution; examples under docs stand outside of it, as a reader's project would.</summary>
    internal static IEnumerable<string> Projects => Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal) && !f.StartsWith("docs/", StringComparison.Ordinal));

    internal static string Read(string relative) => File.ReadAllText(Path.Combine(Root, relative));

    internal static string NameOf(string project) => Path.GetFileNameWithoutExtension(project);

    internal static IEnumerable<string> ReferencesOf(string project) =>
        XDocument.Parse(Read(project)).Descendants("ProjectReference")
            .Select(e => Path.GetFileNameWithoutExtension((string)e.Attribute("Include")!));

    internal static IEnumerable<string> PackagesOf(string project) =>
        XDocument.Parse(Read(project)).Descendants("PackageReference").Select(e => (string)e.Attribute("Include")!);

    private static List<string> ListFiles()
    {
        var start = new ProcessStartInfo("git", "ls-files --cached --others --exclude-standard") { WorkingDirectory = Root, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var git = Process.Start(start)!;
            var output = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            if (git.ExitCode == 0)
            {
                return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(f => File.Exists(Path.Combine(Root, f)))];
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No git on this machine (an unpacked archive): the folders themselves are the list.
            return ListFolder();
        }

        return ListFolder();
    }

    private static List<string> ListFolder() =>
        [.. Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/'))
            .Where(f => !f.Split('/').Any(part => part is "bin" or "obj" or "artifacts" or ".git"))];
}
