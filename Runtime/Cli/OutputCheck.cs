using PlamoNative.Cli.Parsing;
using PlamoNative.Cli.Rendering;
using PlamoNative.Engine.Formats;

namespace PlamoNative.Cli;

/// <summary>Finds out before the work whether an output has a place. The writers open their outputs themselves, after inputs are accepted.</summary>
internal static class OutputCheck
{
    /// <summary>A folder can appear at the path.</summary>
    internal static void Folder(string path) => AtomicFolder.Create(path).Dispose();

    /// <summary>A file can appear at the path. A pipe or device is left alone: opening and closing it would be seen at its other end.</summary>
    internal static void File(string path)
    {
        if (!System.IO.File.Exists(path))
        {
            AtomicFile.Create(path).Dispose();
        }
    }

    /// <summary>The disk that holds the path has room for so many bytes.</summary>
    internal static void Room(string path, long bytes)
    {
        var folder = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))) ?? path;
        var free = new DriveInfo(folder).AvailableFreeSpace;
        if (bytes > free)
        {
            throw new UsageException($"{path}: expected room for {Units.Bytes(bytes)}, found {Units.Bytes(free)} on the disk");
        }
    }
}
