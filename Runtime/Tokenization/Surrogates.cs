using System.Buffers;
using System.Text;

namespace PlamoNative.Runtime.Tokenization;

/// <summary>Finds what makes UTF-16 malformed.</summary>
internal static class Surrogates
{
    // A search by range (IndexOfAnyInRange) would box its bounds until the runtime has optimized it.
    private static readonly SearchValues<char> All = SearchValues.Create([.. Enumerable.Range(0xD800, 0x800).Select(unit => (char)unit)]);

    /// <summary>The index of the first surrogate without its partner, or -1. Text without surrogates costs one vectorized scan.</summary>
    internal static int IndexOfLone(ReadOnlySpan<char> text)
    {
        var position = 0;
        while (true)
        {
            var step = text[position..].IndexOfAny(All);
            if (step < 0)
            {
                return -1;
            }

            position += step;
            if (Rune.DecodeFromUtf16(text[position..], out _, out _) != OperationStatus.Done)
            {
                return position;
            }

            position += 2;
        }
    }

    /// <summary>Refuses malformed text.</summary>
    /// <exception cref="ArgumentException">A lone surrogate; the message names its index.</exception>
    internal static void Refuse(ReadOnlySpan<char> text)
    {
        var index = IndexOfLone(text);
        if (index >= 0)
        {
            throw new ArgumentException($"text at index {index}: expected well-formed Unicode, found the lone surrogate U+{(int)text[index]:X4}", nameof(text));
        }
    }
}
