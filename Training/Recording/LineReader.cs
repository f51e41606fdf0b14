using PlamoNative.Engine;
using PlamoNative.Engine.Formats;

namespace PlamoNative.Training.Recording;

/// <summary>Reads a file line by line as bytes, with the place of each line, also while somebody else appends to it.</summary>
internal sealed class LineReader : IDisposable
{
    /// <summary>No recorder writes a line this long; memory does not follow what a damaged file claims.</summary>
    private const int LongestLine = 1 << 20;

    private readonly string _path;
    private readonly FileStream _stream;
    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;

    private LineReader(string path, FileStream stream)
    {
        _path = path;
        _stream = stream;
    }

    /// <summary>Where the current line starts.</summary>
    internal long Offset { get; private set; }

    /// <summary>Where the next line starts.</summary>
    internal long NextOffset { get; private set; }

    /// <summary>Number of the current line, from 1.</summary>
    internal int Number { get; private set; }

    /// <summary>The current line has no end: whoever wrote it was stopped.</summary>
    internal bool IsTorn { get; private set; }

    /// <summary>Opens a regular file.</summary>
    /// <exception cref="ModelFormatException">The path leads to something else.</exception>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    internal static LineReader Open(string path)
    {
        InputFile.Check(path);
        return FileErrors.NameReading(path, () =>
            new LineReader(path, new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0)));
    }

    /// <summary>Reads the next line.</summary>
    /// <param name="line">Its bytes without the line feed, valid until the next call.</param>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="ModelFormatException">The line is longer than any recorder writes.</exception>
    internal bool Next(out ReadOnlySpan<byte> line)
    {
        Offset = NextOffset;
        var searched = 0;
        while (true)
        {
            var found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                line = Take(searched + found, 1);
                IsTorn = false;
                return true;
            }

            searched = _end - _start;
            if (!Fill())
            {
                line = Take(searched, 0);
                IsTorn = true;
                return searched > 0;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private ReadOnlySpan<byte> Take(int length, int ending)
    {
        var line = _buffer.AsSpan(_start, length);
        _start += length + ending;
        NextOffset = Offset + length + ending;
        Number++;
        return line;
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= LongestLine)
            {
                throw new ModelFormatException(_path, $"line {Number + 1}", $"at most {LongestLine} bytes", "more", Offset);
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = FileErrors.NameReading(_path, () => _stream.Read(_buffer.AsSpan(_end)));
        _end += read;
        return read > 0;
    }
}
