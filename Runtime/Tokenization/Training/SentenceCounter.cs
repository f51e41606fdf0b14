using System.Buffers;
using System.Globalization;
using System.Text;
using PlamoNative.Engine;

namespace PlamoNative.Runtime.Tokenization.Training;

/// <summary>
/// Cuts text into the units that no piece crosses, and counts equal ones once: a sentence up to and with its 。, a run of line ends, a single digit.
/// Text comes in blocks of any size, so a novel on one line is no harder than a novel of lines; a sentence without an end is cut at a fixed length.
/// </summary>
internal sealed class SentenceCounter
{
    private const int LongestSentence = 1024;

    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly Dictionary<int, long> _characters = [];
    private readonly char[] _open = new char[LongestSentence + 2];
    private int _length;
    private bool _openIsLineEnd;

    internal SentenceCounter() => _lookup = _counts.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Distinct sentences with how often they came, in order of first appearance.</summary>
    internal IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>How often each code point came.</summary>
    internal IReadOnlyDictionary<int, long> Characters => _characters;

    /// <summary>Takes well-formed text that continues what came before.</summary>
    internal void Add(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_characters, rune.Value, out _)++;
            var isDigit = Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber;
            var isLineEnd = rune.Value is '\n' or '\r' or 0x85 or 0x2028 or 0x2029;
            if (isDigit || isLineEnd != _openIsLineEnd)
            {
                Close();
            }

            _openIsLineEnd = isLineEnd;
            _length += rune.EncodeToUtf16(_open.AsSpan(_length));
            if (isDigit || rune.Value == '。' || _length >= LongestSentence)
            {
                Close();
            }
        }
    }

    /// <summary>Ends a text: what follows is another one.</summary>
    internal void Close()
    {
        if (_length > 0)
        {
            _lookup.TryGetValue(_open.AsSpan(0, _length), out var count);
            _lookup[_open.AsSpan(0, _length)] = count + 1;
            _length = 0;
        }
    }

    /// <summary>Takes a UTF-8 file whole, in blocks.</summary>
    /// <exception cref="ModelFormatException">The file is not UTF-8; the message names the offset.</exception>
    internal void AddFile(string path, CancellationToken cancellation)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        var bytes = new byte[1 << 16];
        var chars = new char[bytes.Length];
        var held = 0;
        var offset = 0L;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = stream.Read(bytes, held, bytes.Length - held);
            var filled = held + count;
            var status = System.Text.Unicode.Utf8.ToUtf16(
                bytes.AsSpan(0, filled), chars, out var read, out var written, replaceInvalidSequences: false, isFinalBlock: count == 0);
            if (status == OperationStatus.InvalidData)
            {
                throw new ModelFormatException(path, "text", "well-formed UTF-8", $"0x{bytes[read]:X2}", offset + read);
            }

            Add(chars.AsSpan(0, written));
            held = filled - read;
            bytes.AsSpan(read, held).CopyTo(bytes);
            offset += read;
            if (count == 0)
            {
                Close();
                return;
            }
        }
    }
}
