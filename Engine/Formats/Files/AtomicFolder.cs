using System.Runtime.InteropServices;

namespace PlamoNative.Engine.Formats;

/// <summary>
/// An output folder that appears whole or not at all. Files are written into <see cref="StagingPath"/>, a hidden sibling; <see cref="Commit"/> swaps it
/// with the old folder in one step where the system can (Linux), else by two renames. Disposal without a commit removes the staging folder.
/// </summary>
/// <remarks>
/// What lies in the old folder and is not the writer's own is never deleted: it moves into the new folder unless an entry of the same name is there.
/// Files in the staging folder should be written by <see cref="AtomicFile"/>, which flushes them to disk. A folder that is a mount point, or whose parent
/// may not be written (both are common in containers), cannot be swapped: then staging lies inside of it and the entries are renamed one by one, so that
/// each file, but not the folder, appears whole or not at all.
/// </remarks>
public sealed partial class AtomicFolder : IDisposable
{
    private const int CurrentDirectory = -100;
    private const uint Exchange = 2;

    private readonly string _target;
    private readonly Func<string, bool> _isOwn;
    private readonly bool _isInside;
    private bool _finished;

    private AtomicFolder(string path, string target, bool isInside, Func<string, bool>? isOwn)
    {
        var holder = isInside ? target : OutputPath.FolderOf(path, target);
        var stagingPath = OutputPath.Sibling(holder, "partial");
        FileErrors.NameWriting(path, () => Directory.CreateDirectory(stagingPath));
        _isInside = isInside;
        Path = path;
        _target = target;
        StagingPath = stagingPath;
        _isOwn = isOwn ?? (static _ => false);
    }

    /// <summary>The path as it was given.</summary>
    public string Path { get; }

    /// <summary>The folder to write into.</summary>
    public string StagingPath { get; }

    /// <summary>Starts an output.</summary>
    /// <param name="path">The folder; its parent must exist. A link to a folder stays and the folder behind it is replaced.</param>
    /// <param name="isOwn">
    /// Says by its name whether an entry of the old folder belongs to this kind of output and goes when it is replaced (old shards, say). By default only
    /// entries that the new folder holds too are replaced.
    /// </param>
    /// <exception cref="IOException">The parent is missing, a file stands at the path, or the system refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The parent may not be written.</exception>
    public static AtomicFolder Create(string path, Func<string, bool>? isOwn = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var kind = FileKinds.Of(path);
        if (kind is not (FileKind.Directory or FileKind.Missing))
        {
            throw new IOException($"{path}: cannot be written: expected a folder, found {FileKinds.Describe(kind)}");
        }

        var target = OutputPath.FollowLinks(path);
        if (kind == FileKind.Directory && FileKinds.IsMountPoint(target))
        {
            return CreateInside(path, isOwn);
        }

        try
        {
            return new AtomicFolder(path, target, isInside: false, isOwn);
        }
        catch (UnauthorizedAccessException) when (kind == FileKind.Directory)
        {
            return CreateInside(path, isOwn);
        }
    }

    /// <summary>Starts an output whose entries will be renamed one by one into an existing folder.</summary>
    internal static AtomicFolder CreateInside(string path, Func<string, bool>? isOwn) => new(path, OutputPath.FollowLinks(path), isInside: true, isOwn);

    /// <summary>Makes the folder appear.</summary>
    /// <exception cref="InvalidOperationException">The output was committed or disposed before.</exception>
    /// <exception cref="IOException">The system refuses a rename; the old folder stays.</exception>
    /// <exception cref="UnauthorizedAccessException">A rename is not allowed; the old folder stays.</exception>
    public void Commit()
    {
        if (_finished)
        {
            throw new InvalidOperationException($"{Path}: the output is already finished");
        }

        FileErrors.NameWriting(Path, () =>
        {
            if (_isInside)
            {
                MoveEntries();
            }
            else if (!Directory.Exists(_target))
            {
                Directory.Move(StagingPath, _target);
            }
            else
            {
                Replace();
            }
        });
        _finished = true;
    }

    /// <summary>Gives up an output that was not committed; after a commit it does nothing.</summary>
    public void Dispose()
    {
        if (!_finished && Directory.Exists(StagingPath))
        {
            Directory.Delete(StagingPath, recursive: true);
        }

        _finished = true;
    }

    private void Replace()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(StagingPath, File.GetUnixFileMode(_target));
        }

        var old = StagingPath;
        if (!TryExchange(StagingPath, _target))
        {
            old = OutputPath.Sibling(System.IO.Path.GetDirectoryName(_target)!, "old");
            Directory.Move(_target, old);
            try
            {
                Directory.Move(StagingPath, _target);
            }
            catch
            {
                Directory.Move(old, _target);
                throw;
            }
        }

        // From here on the staging path, if it exists, holds old content that must not be thrown away unsorted.
        _finished = true;
        foreach (var entry in Directory.GetFileSystemEntries(old))
        {
            var name = System.IO.Path.GetFileName(entry);
            var kept = System.IO.Path.Combine(_target, name);
            if (!_isOwn(name) && !System.IO.Path.Exists(kept))
            {
                Directory.Move(entry, kept);
            }
        }

        Directory.Delete(old, recursive: true);
    }

    private void MoveEntries()
    {
        var placed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in Directory.GetFileSystemEntries(StagingPath))
        {
            var place = System.IO.Path.Combine(_target, System.IO.Path.GetFileName(entry));
            if (Directory.Exists(entry))
            {
                if (Directory.Exists(place))
                {
                    Directory.Delete(place, recursive: true);
                }

                Directory.Move(entry, place);
            }
            else
            {
                File.Move(entry, place, overwrite: true);
            }

            placed.Add(place);
        }

        Directory.Delete(StagingPath);
        foreach (var entry in Directory.GetFiles(_target))
        {
            if (_isOwn(System.IO.Path.GetFileName(entry)) && !placed.Contains(entry))
            {
                File.Delete(entry);
            }
        }
    }

    private static bool TryExchange(string left, string right)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            return RenameAt2(CurrentDirectory, left, CurrentDirectory, right, Exchange) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt2(int oldFolder, string oldPath, int newFolder, string newPath, uint flags);
}
