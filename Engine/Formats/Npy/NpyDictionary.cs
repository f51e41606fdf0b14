using System.Globalization;

namespace PlamoNative.Engine.Formats;

/// <summary>Reads the one kind of Python literal that an npy header holds: a dictionary of a string, a boolean and a tuple of integers.</summary>
internal sealed class NpyDictionary(string path, string text)
{
    private int _at;

    internal (string Descr, bool IsFortranOrder, long[] Shape) Read()
    {
        string? descr = null;
        bool? fortranOrder = null;
        long[]? shape = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Demand('{');
        while (Peek() != '}')
        {
            var key = ReadText();
            Demand(':');
            if (!seen.Add(key))
            {
                throw Wrong($"{key} once", "a second one");
            }

            switch (key)
            {
                case "descr":
                    descr = ReadText();
                    break;
                case "fortran_order":
                    fortranOrder = ReadBoolean();
                    break;
                case "shape":
                    shape = ReadTuple();
                    break;
                default:
                    throw Wrong("a key of descr, fortran_order, shape", $"'{key}'");
            }

            if (Peek() == ',')
            {
                _at++;
            }
            else if (Peek() != '}')
            {
                throw Wrong("',' or '}'", Found());
            }
        }

        _at++;
        if (text.AsSpan(_at).Trim().Length > 0)
        {
            throw Wrong("only white space after the dictionary", Found());
        }

        return descr is not null && fortranOrder is not null && shape is not null
            ? (descr, fortranOrder.Value, shape)
            : throw Wrong("descr, fortran_order and shape", $"no {(descr is null ? "descr" : fortranOrder is null ? "fortran_order" : "shape")}");
    }

    private long[] ReadTuple()
    {
        var sizes = new List<long>();
        Demand('(');
        while (Peek() != ')')
        {
            var start = _at;
            while (_at < text.Length && char.IsAsciiDigit(text[_at]))
            {
                _at++;
            }

            if (!long.TryParse(text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var size))
            {
                _at = start;
                throw Wrong("a size from 0 to 2^63 - 1", Found());
            }

            if (sizes.Count == NpyHeader.MaxRank)
            {
                throw Wrong($"at most {NpyHeader.MaxRank} sizes", "more");
            }

            sizes.Add(size);
            if (Peek() == ',')
            {
                _at++;
            }
            else if (Peek() != ')')
            {
                throw Wrong("',' or ')'", Found());
            }
        }

        _at++;
        return [.. sizes];
    }

    private bool ReadBoolean()
    {
        Peek();
        foreach (var (word, value) in new[] { ("False", false), ("True", true) })
        {
            if (text.AsSpan(_at).StartsWith(word, StringComparison.Ordinal))
            {
                _at += word.Length;
                return value;
            }
        }

        throw Wrong("True or False", Found());
    }

    private string ReadText()
    {
        var quote = Peek();
        var end = quote is '\'' or '"' ? text.IndexOf(quote, _at + 1) : -1;
        if (end < 0)
        {
            throw Wrong("a quoted string", Found());
        }

        var value = text[(_at + 1)..end];
        _at = end + 1;
        return value;
    }

    /// <summary>The next character that is not white space, or a zero at the end.</summary>
    private char Peek()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }

        return _at < text.Length ? text[_at] : '\0';
    }

    private void Demand(char expected)
    {
        if (Peek() != expected)
        {
            throw Wrong($"'{expected}'", Found());
        }

        _at++;
    }

    private string Found() => _at < text.Length ? $"'{text.AsSpan(_at, Math.Min(20, text.Length - _at))}'" : "the end of the header";

    private ModelFormatException Wrong(string expected, string found) => new(path, $"header, character {_at}", expected, found);
}
