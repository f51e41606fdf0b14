using System.Text;

namespace PlamoNative.Bench;

/// <summary>
/// One character as its UTF-8 bytes, each after the byte before it, learned from a list of characters. UTF-8 tells by its first byte where a character ends, so the
/// probabilities of all characters sum to 1 at most; what falls on bytes that are no UTF-8, or on characters with a symbol of their own, is lost and not used.
/// </summary>
internal sealed class ByteSpelling
{
    private const int Bytes = 256;

    // Rows are the byte before, the last one stands before the first byte. No byte that begins a character can also continue one.
    private readonly int[,] _counts = new int[Bytes + 1, Bytes];
    private readonly int[] _totals = new int[Bytes + 1];

    /// <summary>Learns from characters, each counted once.</summary>
    public ByteSpelling(IEnumerable<Rune> characters)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in characters)
        {
            var previous = Bytes;
            foreach (var value in utf8[..rune.EncodeToUtf8(utf8)])
            {
                _counts[previous, value]++;
                _totals[previous]++;
                previous = value;
            }
        }
    }

    /// <summary>Bits of a character.</summary>
    public double Bits(Rune rune)
    {
        Span<byte> utf8 = stackalloc byte[4];
        var (bits, previous) = (0.0, Bytes);
        foreach (var value in utf8[..rune.EncodeToUtf8(utf8)])
        {
            bits -= Math.Log2(Probability(previous, value));
            previous = value;
        }

        return bits;
    }

    /// <summary>The probability of a byte after another, <see cref="Bytes"/> before the first: the list's with one byte's worth of the uniform distribution added.</summary>
    public double Probability(int previous, int value) => (_counts[previous, value] + (1.0 / Bytes)) / (_totals[previous] + 1);
}
