using System.Text;

namespace PlamoNative.Training.Data;

/// <summary>Cuts the bytes of a file into documents at a separator. Bytes are not looked at otherwise; whether they are text is checked where they are decoded.</summary>
internal sealed class SeparatedDocuments : DocumentReader
{
    private const int BlockBytes = 1 << 16;

    private readonly InputBytes _input;
    private readonly byte[] _separator;
    private readonly DocumentKind _kind;
    private readonly bool _isLine;
    private readonly byte[] _block = new byte[BlockBytes];
    private int _position;
    private int _end;
    private long _offset;
    private long _line = 1;
    private bool _isAtStart = true;

    internal SeparatedDocuments(InputBytes input, string separator, DocumentKind kind)
    {
        _input = input;
        _kind = kind;
        _isLine = separator == CorpusOptions.Line;
        _separator = _isLine ? "\n"u8.ToArray() : separator == CorpusOptions.WholeFile ? [] : Encoding.UTF8.GetBytes(separator);
    }

    internal override long FilePosition => _input.FilePosition;

    internal override bool TryRead(DocumentGroup group)
    {
        while (Fill())
        {
            if (_separator.Length > 0 && !_isLine && SkipLineBreaks())
            {
                continue;
            }

            var (line, offset) = (_line, _offset);
            AppendDocument(group);
            var length = group.Open.Length - (_isLine ? LineBreakLength(group.Open) : 0);
            if (length > 0)
            {
                group.Close(_input.Path, line, _input.IsCompressed ? -1 : offset, length, _kind);
                return true;
            }

            group.Drop();
        }

        return false;
    }

    public override void Dispose() => _input.Dispose();

    /// <summary>Appends up to and with the next separator, or to the file's end.</summary>
    private void AppendDocument(DocumentGroup group)
    {
        while (Fill())
        {
            var rest = _block.AsSpan(_position, _end - _position);

            // A separator ends with its last byte; whether all of it stands there is seen in the document, since blocks may end inside of it.
            var length = _separator.Length == 0 ? -1 : rest.IndexOf(_separator[^1]);
            var taken = length < 0 ? rest : rest[..(length + 1)];
            group.Append(taken, _input.Path, _line);
            _position += taken.Length;
            _offset += taken.Length;
            _line += taken.Count((byte)'\n');
            if (length >= 0 && group.Open.EndsWith(_separator))
            {
                return;
            }
        }
    }

    /// <summary>Passes over line breaks in the block; true if it reached the block's end.</summary>
    private bool SkipLineBreaks()
    {
        while (_position < _end && _block[_position] is (byte)'\n' or (byte)'\r')
        {
            _line += _block[_position] == '\n' ? 1 : 0;
            _position++;
            _offset++;
        }

        return _position == _end;
    }

    /// <summary>Makes sure that the block has a byte; false at the file's end. The mark of UTF-8 at the start of a file is passed over.</summary>
    private bool Fill()
    {
        while (_position == _end)
        {
            _position = 0;
            _end = _input.Read(_block);
            if (_end == 0)
            {
                return false;
            }

            if (_isAtStart)
            {
                while (_end < 3 && _input.Read(_block.AsSpan(_end)) is > 0 and var more)
                {
                    _end += more;
                }

                _isAtStart = false;
                _position = _block.AsSpan(0, _end).StartsWith("\uFEFF"u8) ? 3 : 0;
                _offset = _position;
            }
        }

        return true;
    }

    private static int LineBreakLength(ReadOnlySpan<byte> line) => line switch
    {
        [.., (byte)'\r', (byte)'\n'] => 2,
        [.., (byte)'\n'] => 1,
        _ => 0,
    };
}
