namespace PlamoNative.Cli.Input;

/// <summary>Lines of standard input as they come, each decoded strictly; Ctrl-C ends the waiting for one.</summary>
internal sealed class LineInput(Stream input, CancellationToken cancellation)
{
    private readonly byte[] _buffer = new byte[1 << 12];
    private int _start;
    private int _end;
    private int _lineNumber;

    /// <summary>The next line without its end; null when there is none.</summary>
    /// <exception cref="Parsing.UsageException">The line is not UTF-8.</exception>
    internal string? Read()
    {
        using var line = new MemoryStream();
        while (true)
        {
            if (_start == _end)
            {
                _start = 0;
                _end = input.ReadAsync(_buffer, cancellation).AsTask().WaitAsync(cancellation).GetAwaiter().GetResult();
                if (_end == 0)
                {
                    return line.Length == 0 ? null : Decode(line);
                }
            }

            var rest = _buffer.AsSpan(_start, _end - _start);
            var newline = rest.IndexOf((byte)'\n');
            line.Write(newline < 0 ? rest : rest[..newline]);
            _start += newline < 0 ? rest.Length : newline + 1;
            if (newline >= 0)
            {
                return Decode(line);
            }
        }
    }

    private string Decode(MemoryStream line)
    {
        _lineNumber++;
        return TextInput.Decode(line.GetBuffer().AsSpan(0, (int)line.Length), $"standard input: line {_lineNumber}").TrimEnd('\r');
    }
}
