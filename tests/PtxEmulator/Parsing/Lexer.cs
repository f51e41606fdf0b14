using System.Globalization;

namespace PlamoNative.PtxEmulator.Parsing;

/// <summary>Cuts PTX text into tokens; comments and preprocessor lines vanish.</summary>
internal sealed class Lexer(string text)
{
    private int _at;
    private int _line = 1;

    internal static List<Token> Read(string text)
    {
        var lexer = new Lexer(text);
        var tokens = new List<Token>(text.Length / 4);
        while (true)
        {
            var token = lexer.Next();
            tokens.Add(token);
            if (token.Kind == TokenKind.End)
            {
                return tokens;
            }
        }
    }

    private Token Next()
    {
        SkipBlank();
        if (_at >= text.Length)
        {
            return new(TokenKind.End, "", _line);
        }

        var c = text[_at];
        if (IsNameStart(c))
        {
            return new(TokenKind.Word, Take(IsNamePart), _line);
        }

        if (c == '.' && _at + 1 < text.Length && (IsNamePart(text[_at + 1])))
        {
            _at++;
            return new(TokenKind.Dot, TakeModifier(), _line);
        }

        if (char.IsAsciiDigit(c))
        {
            return Number();
        }

        if (c == '"')
        {
            var end = text.IndexOf('"', _at + 1);
            if (end < 0)
            {
                throw new PtxException(_line, "expected the closing quote of a string, found the end of the text");
            }

            var value = text[(_at + 1)..end];
            _at = end + 1;
            return new(TokenKind.Text, value, _line);
        }

        if ("{}[](),;:+-*/%!~<>=|&^@?".Contains(c, StringComparison.Ordinal))
        {
            _at++;
            return new(TokenKind.Symbol, c.ToString(), _line);
        }

        throw new PtxException(_line, $"expected a token, found character '{(char.IsControl(c) ? '?' : c)}' (0x{(int)c:x})");
    }

    /// <summary>A modifier may be qualified: <c>shared::cluster</c>, <c>L2::128B</c>, <c>mbarrier::complete_tx::bytes</c>.</summary>
    private string TakeModifier()
    {
        var start = _at;
        while (true)
        {
            while (_at < text.Length && IsNamePart(text[_at]))
            {
                _at++;
            }

            if (_at + 2 < text.Length && text[_at] == ':' && text[_at + 1] == ':' && IsNamePart(text[_at + 2]))
            {
                _at += 2;
                continue;
            }

            return text[start.._at];
        }
    }

    private Token Number()
    {
        var line = _line;
        if (text[_at] == '0' && _at + 1 < text.Length)
        {
            var kind = text[_at + 1];
            if (kind is 'f' or 'F')
            {
                return new(TokenKind.Single, "0f", line, Hex(8));
            }

            if (kind is 'd' or 'D')
            {
                return new(TokenKind.Double, "0d", line, Hex(16));
            }

            if (kind is 'x' or 'X')
            {
                return Suffix(Digits(2, NumberStyles.HexNumber, char.IsAsciiHexDigit), line);
            }

            if (kind is 'b' or 'B')
            {
                return Suffix(Digits(2, NumberStyles.BinaryNumber, c => c is '0' or '1'), line);
            }
        }

        var start = _at;
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
        {
            _at++;
        }

        var isReal = _at < text.Length && text[_at] == '.' && _at + 1 < text.Length && char.IsAsciiDigit(text[_at + 1]);
        if (isReal || (_at < text.Length && text[_at] is 'e' or 'E'))
        {
            while (_at < text.Length && (char.IsAsciiDigit(text[_at]) || text[_at] is '.' or 'e' or 'E' || (text[_at] is '+' or '-' && text[_at - 1] is 'e' or 'E')))
            {
                _at++;
            }

            if (!double.TryParse(text.AsSpan(start, _at - start), NumberStyles.Float, CultureInfo.InvariantCulture, out var real))
            {
                throw new PtxException(line, $"expected a number, found '{text.AsSpan(start, _at - start)}'");
            }

            return new(TokenKind.Double, "real", line, BitConverter.DoubleToUInt64Bits(real));
        }

        var digits = text.AsSpan(start, _at - start);
        if (digits.Length > 1 && digits[0] == '0')
        {
            ulong octal = 0;
            foreach (var digit in digits)
            {
                octal = (octal * 8) + (ulong)(digit - '0');
            }

            return Suffix(octal, line);
        }

        return ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? Suffix(value, line)
            : throw new PtxException(line, $"expected an integer of 64 bits, found '{digits}'");
    }

    private Token Suffix(ulong value, int line)
    {
        if (_at < text.Length && text[_at] is 'U' or 'u')
        {
            _at++;
        }

        return new(TokenKind.Integer, "integer", line, value);
    }

    private ulong Digits(int prefix, NumberStyles style, Func<char, bool> isDigit)
    {
        var start = _at += prefix;
        while (_at < text.Length && isDigit(text[_at]))
        {
            _at++;
        }

        return ulong.TryParse(text.AsSpan(start, _at - start), style, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new PtxException(_line, $"expected an integer of 64 bits, found '{text.AsSpan(start - prefix, Math.Min(20, _at - start + prefix))}'");
    }

    private ulong Hex(int count)
    {
        var value = Digits(2, NumberStyles.HexNumber, char.IsAsciiHexDigit);
        return count == 16 || value <= uint.MaxValue ? value : throw new PtxException(_line, $"expected {count} hexadecimal digits of a float, found more");
    }

    private string Take(Func<char, bool> part)
    {
        var start = _at++;
        while (_at < text.Length && part(text[_at]))
        {
            _at++;
        }

        return text[start.._at];
    }

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c is '_' or '$' or '%';

    private static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$';

    private void SkipBlank()
    {
        while (_at < text.Length)
        {
            var c = text[_at];
            if (c == '\n')
            {
                _line++;
                _at++;
            }
            else if (char.IsWhiteSpace(c) || c == '\0')
            {
                _at++;
            }
            else if (c == '/' && _at + 1 < text.Length && text[_at + 1] == '/')
            {
                SkipLine();
            }
            else if (c == '/' && _at + 1 < text.Length && text[_at + 1] == '*')
            {
                var end = text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
                end = end < 0 ? text.Length : end + 2;
                for (; _at < end; _at++)
                {
                    _line += text[_at] == '\n' ? 1 : 0;
                }
            }
            else if (c == '#')
            {
                SkipLine();
            }
            else
            {
                return;
            }
        }
    }

    private void SkipLine()
    {
        var end = text.IndexOf('\n', _at);
        _at = end < 0 ? text.Length : end;
    }
}
