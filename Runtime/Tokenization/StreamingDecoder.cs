using System.Text.Unicode;

namespace PlamoNative.Runtime.Tokenization;

/// <summary>
/// Turns ids into text as they come. Up to three bytes of an unfinished code point are held back; whatever the splits, the texts joined (with
/// <see cref="Flush"/> at the end) equal the decoding of all ids at once. Not safe for concurrent use.
/// </summary>
public sealed class StreamingDecoder
{
    private readonly PlamoTokenizer _tokenizer;
    private readonly bool _skipControlTokens;
    private byte[] _bytes = new byte[256];
    private char[] _chars = new char[256];
    private int _pending;

    /// <summary>Starts a new text.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="skipControlTokens">True to leave out the texts of control tokens.</param>
    public StreamingDecoder(PlamoTokenizer tokenizer, bool skipControlTokens = false)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _tokenizer = tokenizer;
        _skipControlTokens = skipControlTokens;
    }

    /// <summary>The bytes held back: 0 to 3.</summary>
    public int PendingByteCount => _pending;

    /// <summary>Takes one id and gives the text that became certain, often none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative id.</exception>
    public string Append(int id) => Append([id]);

    /// <summary>Takes ids and gives the text that became certain.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative id.</exception>
    public string Append(ReadOnlySpan<int> ids)
    {
        var count = _pending;
        foreach (var id in ids)
        {
            if (_skipControlTokens && _tokenizer.IsControl(id))
            {
                continue;
            }

            var bytes = _tokenizer.BytesOf(id);
            if (bytes.Length > _bytes.Length - count)
            {
                Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, count + bytes.Length));
            }

            bytes.CopyTo(_bytes.AsSpan(count));
            count += bytes.Length;
        }

        return Decode(count, isFinal: false);
    }

    /// <summary>Ends the text: bytes held back are malformed and give a replacement character. The decoder is then as new.</summary>
    public string Flush() => Decode(_pending, isFinal: true);

    private string Decode(int count, bool isFinal)
    {
        // A byte gives at most one UTF-16 unit, a replacement character included.
        if (_chars.Length < count)
        {
            _chars = new char[Math.Max(count, _chars.Length * 2)];
        }

        Utf8.ToUtf16(_bytes.AsSpan(0, count), _chars, out var read, out var written, replaceInvalidSequences: true, isFinalBlock: isFinal);
        _pending = count - read;
        _bytes.AsSpan(read, _pending).CopyTo(_bytes);
        return written == 0 ? "" : new string(_chars, 0, written);
    }
}
