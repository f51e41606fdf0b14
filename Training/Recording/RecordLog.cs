using Microsoft.Win32.SafeHandles;
using PlamoNative.Engine.Formats;

namespace PlamoNative.Training.Recording;

/// <summary>
/// A file that only grows. Every append goes to the operating system at once, so that a killed process loses nothing that was appended. A failed append
/// leaves the length as it was: the next one writes over what the failed one left.
/// </summary>
internal sealed class RecordLog : IDisposable
{
    private readonly string _path;
    private readonly SafeFileHandle _handle;
    private long _length;

    private RecordLog(string path, SafeFileHandle handle)
    {
        _path = path;
        _handle = handle;
    }

    /// <summary>Whether nothing has been written yet.</summary>
    internal bool IsEmpty => _length == 0;

    /// <summary>Opens a log.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="append">Keep what the file holds; else it starts empty.</param>
    /// <exception cref="IOException">The system refuses.</exception>
    internal static RecordLog Open(string path, bool append)
    {
        RecordLog? log = null;
        FileErrors.NameWriting(path, () =>
        {
            log = new RecordLog(path, File.OpenHandle(path, append ? FileMode.OpenOrCreate : FileMode.Create, FileAccess.Write, FileShare.Read | FileShare.Delete));
            log._length = append ? RandomAccess.GetLength(log._handle) : 0;
        });
        return log!;
    }

    /// <summary>Appends whole records.</summary>
    /// <exception cref="IOException">The disk is full, or the file is no longer there.</exception>
    internal void Append(ReadOnlySpan<byte> records)
    {
        // A removed file can still be written to through its handle, and every record would be lost in silence.
        if (!File.Exists(_path))
        {
            throw new FileNotFoundException($"{_path}: cannot be written: the file has been removed while it was being written", _path);
        }

        try
        {
            RandomAccess.Write(_handle, records, _length);
        }
        catch (IOException failure)
        {
            throw FileErrors.Written(_path, failure);
        }

        _length += records.Length;
    }

    /// <summary>Waits until the disk has everything: what a power failure cannot take either.</summary>
    internal void FlushToDisk()
    {
        try
        {
            RandomAccess.FlushToDisk(_handle);
        }
        catch (IOException failure)
        {
            throw FileErrors.Written(_path, failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
