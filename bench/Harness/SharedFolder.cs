namespace PlamoNative.Bench;

/// <summary>Real data beside the checkout (<c>../shared</c>), where there is any.</summary>
internal static class SharedFolder
{
    /// <summary>The full path of a file or folder under it, or null.</summary>
    public static string? Find(string relativePath)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", relativePath);
            if (Path.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
