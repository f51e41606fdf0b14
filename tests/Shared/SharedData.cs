using Xunit;

namespace PlamoNative.Tests;

/// <summary>Finds golden cases and real data beside the checkout (<c>../shared</c>); a clone without them skips with a message.</summary>
public static class SharedData
{
    private static readonly Lazy<string?> Root = new(FindRoot);

    /// <summary>The full path of a file or folder under <c>../shared</c>, or skips the calling test when it is absent.</summary>
    public static string Require(string relativePath)
    {
        var path = Root.Value is { } root ? Path.Combine(root, relativePath) : null;
        var exists = path is not null && (Directory.Exists(path) || File.Exists(path));
        Assert.SkipUnless(exists, $"needs ../shared/{relativePath}, which a clone of the project alone does not have");
        return path!;
    }

    /// <summary>The repository's root folder: the one that holds <c>PlamoNative.sln</c>.</summary>
    public static string RepositoryRoot { get; } = FindUp("PlamoNative.sln") ?? throw new InvalidOperationException("tests run outside of the repository");

    private static string? FindRoot()
    {
        for (var folder = new DirectoryInfo(RepositoryRoot); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared");
            if (Directory.Exists(Path.Combine(candidate, "oracle")))
            {
                return candidate;
            }
        }

        return null;
    }

    private static string? FindUp(string file)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, file)))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}
