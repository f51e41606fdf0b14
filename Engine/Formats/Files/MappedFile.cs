using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace PlamoNative.Engine.Formats;

/// <summary>
/// A file mapped read-only into memory, counted by reference: it starts with one reference, <see cref="AddReference"/> adds one, <see cref="Dispose"/>
/// gives one back, and the last one unmaps. An object that is forgotten is unmapped when the garbage collector finds it.
/// </summary>
/// <remarks>
/// Pages are read when they are touched. If somebody truncates the file after it was mapped, touching what is gone ends the process (SIGBUS on Unix);
/// no check here can prevent that, so files are replaced by renaming (<see cref="AtomicFile"/>) and never shortened in place.
/// </remarks>
public sealed unsafe class MappedFile : IDisposable
{
    private readonly SafeMemoryMappedViewHandle? _view;
    private int _references = 1;

    private MappedFile(string path, long length, SafeMemoryMappedViewHandle? view)
    {
        Path = path;
        Length = length;
        _view = view;
    }

    /// <summary>The path as it was given.</summary>
    public string Path { get; }

    /// <summary>Length of the file in bytes when it was mapped.</summary>
    public long Length { get; }

    /// <summary>The first byte, aligned to a page; null for an empty file. Valid while a reference is held and this object is reachable.</summary>
    /// <exception cref="ObjectDisposedException">The last reference was given back.</exception>
    public byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_references <= 0, this);
            return _view is null ? null : (byte*)_view.DangerousGetHandle();
        }
    }

    /// <summary>Maps a file.</summary>
    /// <exception cref="ModelFormatException">The path leads to a pipe, a device, a socket or a folder.</exception>
    /// <exception cref="IOException">The file is missing or cannot be mapped.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static MappedFile Open(string path)
    {
        using var stream = InputFile.Open(path);
        var length = stream.Length;
        if (length == 0)
        {
            return new MappedFile(path, 0, null);
        }

        var view = FileErrors.NameReading(path, () =>
        {
            using var map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            return map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read).SafeMemoryMappedViewHandle;
        });
        return new MappedFile(path, length, view);
    }

    /// <summary>Adds a reference, to be given back by one more <see cref="Dispose"/>.</summary>
    /// <returns>This object.</returns>
    /// <exception cref="ObjectDisposedException">The last reference was given back before.</exception>
    public MappedFile AddReference()
    {
        for (var seen = Volatile.Read(ref _references); ;)
        {
            ObjectDisposedException.ThrowIf(seen <= 0, this);
            var before = Interlocked.CompareExchange(ref _references, seen + 1, seen);
            if (before == seen)
            {
                return this;
            }

            seen = before;
        }
    }

    /// <summary>The bytes <c>[offset, offset + length)</c> without a copy.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They do not all lie inside the file.</exception>
    /// <exception cref="ObjectDisposedException">The last reference was given back.</exception>
    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        return new ReadOnlySpan<byte>(Pointer + offset, length);
    }

    /// <summary>Gives one reference back; the last one unmaps the file. More calls than references do nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            _view?.Dispose();
        }
    }
}
