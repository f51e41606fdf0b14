using System.Text;

namespace PlamoNative.Runtime.Tokenization;

/// <summary>What each id adds to the decoded bytes, side by side in one array.</summary>
internal sealed class TokenBytes
{
    private readonly byte[] _bytes;
    private readonly int[] _starts;

    internal TokenBytes(TokenizerFile file)
    {
        _starts = new int[file.Count + 1];
        var total = 0L;
        for (var id = 0; id < file.Count; id++)
        {
            total += file.Types[id] switch
            {
                TokenType.Byte => 1,
                TokenType.Unused => 0,
                _ => Encoding.UTF8.GetByteCount(file.Texts[id]),
            };
        }

        _bytes = new byte[total];
        var end = 0;
        for (var id = 0; id < file.Count; id++)
        {
            switch (file.Types[id])
            {
                case TokenType.Byte:
                    _bytes[end++] = (byte)TokenizerFileCheck.ByteOf(file.Texts[id])!.Value;
                    break;
                case TokenType.Unused:
                    break;
                default:
                    end += Encoding.UTF8.GetBytes(file.Texts[id], _bytes.AsSpan(end));
                    break;
            }

            _starts[id + 1] = end;
        }
    }

    internal ReadOnlySpan<byte> this[int id]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(id);
            return id < _starts.Length - 1 ? _bytes.AsSpan(_starts[id], _starts[id + 1] - _starts[id]) : default;
        }
    }
}
