using System.Text;

namespace PlamoNative.Engine.Formats;

/// <summary>
/// An output file that appears whole or not at all. Bytes go to a temporary file in the same folder; <see cref="Commit"/> flushes it to disk and renames
/// it over the old one, which stays untouched until then. Disposal without a commit removes the temporary file.
/// </summary>
/// <remarks>
/// A link given as output stays and the file behind it is replaced. A device or a pipe (<c>/dev/null</c>, <c>/dev/stdout</c>, a FIFO) cannot be replaced:
/// it is written to directly. System errors stay <see cref="IOException"/> and <see cref="UnauthorizedAccessException"/> and name the path as it was given.
/// </remarks>
public sealed class AtomicFile : IDisposable
{
    private readonly string _target;
    private readonly string? _temporary;
    private readonly OutputStream _stream;
    private bool _finished;

    private AtomicFile(string path, string target, string? temporary, Stream inner)
    {
        Path = path;
        _target = target;
        _temporary = temporary;
        _stream = new OutputStream(inner, path);
    }

    /// <summary>The path as it was given.</summary>
    public string Path { get; }

    /// <summary>Takes the bytes. It is buffered, cannot seek, and its <see cref="System.IO.Stream.Position"/> counts the bytes written.</summary>
    public Stream Stream => _stream;

    /// <summary>Starts an output.</summary>
    /// <exception cref="IOException">The folder is missing, a folder stands at the path, or the system refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the device may not be written.</exception>
    public static AtomicFile Create(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (StandardStream(path) is { } standard)
        {
            return new AtomicFile(path, path, null, standard);
        }

        var kind = FileKinds.Of(path);
        if (kind == FileKind.Directory)
        {
            throw new IOException($"{path}: cannot be written: expected a file, found a folder");
        }

        Stream? inner = null;
        if (kind is FileKind.Device or FileKind.Pipe or FileKind.Socket)
        {
            FileErrors.NameWriting(path, () => inner = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0));
            return new AtomicFile(path, path, null, inner!);
        }

        var target = OutputPath.FollowLinks(path);
        var temporary = OutputPath.Sibling(OutputPath.FolderOf(path, target), "partial");
        FileErrors.NameWriting(path, () => inner = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0));
        return new AtomicFile(path, target, temporary, inner!);
    }

    /// <summary>Writes a file by a callback; if the callback throws, the old file stays.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the content to the stream it is given.</param>
    /// <exception cref="IOException">See <see cref="Create"/>; also a full disk.</exception>
    /// <exception cref="UnauthorizedAccessException">See <see cref="Create"/>.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        using var file = Create(path);
        write(file.Stream);
        file.Commit();
    }

    /// <summary>Writes bytes as a file; see <see cref="Write"/>.</summary>
    public static void WriteAllBytes(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = Create(path);
        file.Stream.Write(bytes);
        file.Commit();
    }

    /// <summary>Writes text as UTF-8 without a byte order mark; see <see cref="Write"/>.</summary>
    public static void WriteAllText(string path, string text) => WriteAllBytes(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Makes the file appear: everything is on disk before the old file goes.</summary>
    /// <exception cref="InvalidOperationException">The output was committed or disposed before.</exception>
    /// <exception cref="IOException">The disk is full or the rename fails; the old file stays.</exception>
    /// <exception cref="UnauthorizedAccessException">The rename is not allowed; the old file stays.</exception>
    public void Commit()
    {
        if (_finished)
        {
            throw new InvalidOperationException($"{Path}: the output is already finished");
        }

        if (_temporary is null)
        {
            _stream.Flush();
            _finished = true;
            _stream.Dispose();
            return;
        }

        _stream.FlushToDisk();
        _stream.Dispose();
        FileErrors.NameWriting(Path, () =>
        {
            if (!OperatingSystem.IsWindows() && File.Exists(_target))
            {
                File.SetUnixFileMode(_temporary, File.GetUnixFileMode(_target));
            }

            File.Move(_temporary, _target, overwrite: true);
        });
        _finished = true;
    }

    /// <summary>Gives up an output that was not committed; after a commit it does nothing.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        if (!_finished && _temporary is not null && File.Exists(_temporary))
        {
            File.Delete(_temporary);
        }

        _finished = true;
    }

    /// <summary>
    /// Standard output by its name in the file system. Redirected to a file it would look like a regular file there, and replacing that file would take it
    /// away from whoever opened it.
    /// </summary>
    private static Stream? StandardStream(string path) => OperatingSystem.IsWindows() ? null : path switch
    {
        "/dev/stdout" or "/dev/fd/1" or "/proc/self/fd/1" => Console.OpenStandardOutput(),
        "/dev/stderr" or "/dev/fd/2" or "/proc/self/fd/2" => Console.OpenStandardError(),
        _ => null,
    };
}
