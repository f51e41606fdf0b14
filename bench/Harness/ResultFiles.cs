using PlamoNative.Engine;

namespace PlamoNative.Bench;

/// <summary>Results filed in the repository, one folder a kind of processor.</summary>
internal static class ResultFiles
{
    /// <summary>Writes <c>bench/results/CPU/SUITE.json</c> and the table beside it; answers the folder.</summary>
    /// <exception cref="ConfigurationException">The program runs outside of the repository.</exception>
    public static string Save(BenchReport report, string suite)
    {
        var folder = Path.Combine(RepositoryRoot(), "bench", "results", report.Environment.FolderName());
        Directory.CreateDirectory(folder);
        using (var json = File.Create(Path.Combine(folder, $"{suite}.json")))
        {
            report.WriteTo(json);
        }

        File.WriteAllText(Path.Combine(folder, $"{suite}.md"), MarkdownTable.Write(report));
        return folder;
    }

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PlamoNative.sln")))
            {
                return folder.FullName;
            }
        }

        throw new ConfigurationException("bench", "--save", "a program inside of the repository", AppContext.BaseDirectory);
    }
}
