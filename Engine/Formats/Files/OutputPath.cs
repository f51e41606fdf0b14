namespace PlamoNative.Engine.Formats;

/// <summary>Where an output really goes: links are followed, and the temporary sibling lies in the same folder so that a rename is enough.</summary>
internal static class OutputPath
{
    /// <summary>The full path behind <paramref name="path"/> when it is a link (to something or to nothing yet), else its own full path.</summary>
    internal static string FollowLinks(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        FileSystemInfo? target = null;
        FileErrors.NameWriting(path, () =>
        {
            var attributes = new FileInfo(full).Attributes;
            if (attributes != (FileAttributes)(-1) && attributes.HasFlag(FileAttributes.ReparsePoint))
            {
                target = File.ResolveLinkTarget(full, returnFinalTarget: true);
            }
        });
        return target is null ? full : Path.TrimEndingDirectorySeparator(target.FullName);
    }

    /// <summary>The folder that holds <paramref name="target"/>, which must exist.</summary>
    /// <exception cref="DirectoryNotFoundException">It does not.</exception>
    internal static string FolderOf(string path, string target)
    {
        var folder = Path.GetDirectoryName(target) ?? throw new IOException($"{path}: cannot be written: it is the root of a file system");
        return Directory.Exists(folder) ? folder : throw new DirectoryNotFoundException($"{path}: cannot be written: the folder {OneLine.Clean(folder)} does not exist");
    }

    /// <summary>A name that nobody uses beside the target. It is short, since the target's own name may be as long as names can be.</summary>
    internal static string Sibling(string folder, string ending) => Path.Combine(folder, $".plamo-{Guid.NewGuid():N}.{ending}");
}
